// Replaces Lambda's Node.js runtime: it asks the Runtime API for events and passes
// them to the handler that _HANDLER names.
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const env = process.env;
const [hostname, port] = env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, resource, body) {
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path: '/2018-06-01/runtime' + resource, agent };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function report(error) {
  if (error instanceof Error) {
    return JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') });
  }
  return JSON.stringify({ errorType: typeof error, errorMessage: String(error), trace: [] });
}

// find returns the path of the handler's file, which may end in .js, .mjs or .cjs.
function find(module) {
  for (const ending of ['', '.js', '.mjs', '.cjs']) {
    const file = path.resolve(env.LAMBDA_TASK_ROOT, module + ending);
    if (fs.existsSync(file) && fs.statSync(file).isFile()) return file;
  }
  throw Object.assign(new Error(`Cannot find module '${module}'`), { name: 'Runtime.ImportModuleError' });
}

async function load() {
  const [, folder, base, method] = /^(.*\/)?([^/.]+)\.(.+)$/.exec(env._HANDLER) ?? [];
  if (!method) throw Object.assign(new Error(`Bad handler ${env._HANDLER}`), { name: 'Runtime.MalformedHandlerName' });
  const module = await import(pathToFileURL(find((folder ?? '') + base)).href);
  const lookUp = (from) => method.split('.').reduce((value, key) => value?.[key], from);
  const handler = lookUp(module) ?? lookUp(module.default);
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${env._HANDLER} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  }
  return handler;
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

// run waits for the handler's promise, or for the callback of an older handler.
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, result) => (error ? reject(error) : resolve(result));
    Object.assign(context, { done: callback, succeed: resolve, fail: reject });
    const result = handler(event, context, callback);
    if (typeof result?.then === 'function') result.then(resolve, reject);
    else if (handler.length < 3) resolve(result);
  });
}

let handler;
try {
  handler = await load();
} catch (error) {
  console.error(error);
  await call('POST', '/init/error', report(error));
  process.exit(1);
}
for (;;) {
  const next = await call('GET', '/invocation/next');
  const id = next.headers['lambda-runtime-aws-request-id'];
  env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'];
  try {
    const result = await run(handler, JSON.parse(next.body), contextOf(next.headers));
    await call('POST', `/invocation/${id}/response`, JSON.stringify(result) ?? 'null');
  } catch (error) {
    console.error(error);
    await call('POST', `/invocation/${id}/error`, report(error));
  }
}
