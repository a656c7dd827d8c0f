package lambda_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	locallambda "projectchat/local/lambda"
)

const nodeHandlers = `
exports.echo = async (event, context) => ({ event, id: context.awsRequestId.length, left: context.getRemainingTimeInMillis() > 0 });
exports.callback = (event, context, callback) => callback(null, 'called');
exports.refuses = (event, context, callback) => callback('Unauthorized');
exports.throws = async () => { throw new TypeError('no such thing'); };
exports.nothing = async () => {};
exports.exits = async () => process.exit(7);
exports.nested = { deep: async () => 'deep' };
`

func TestNodeHandlers(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("needs Node.js")
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "src"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "app.js", nodeHandlers)
	writeFile(t, dir, "src/module.mjs", "export const handler = async () => 'from a module';")
	writeFile(t, dir, "broken.js", "throw new Error('broken at the start');")
	tests := []struct{ name, handler, want, kind, message string }{
		{"promise", "app.echo", `{"event":{"a":1},"id":36,"left":true}`, "", ""},
		{"callback", "app.callback", `"called"`, "", ""},
		{"error of a callback", "app.refuses", "", "string", "Unauthorized"},
		{"exception", "app.throws", "", "TypeError", "no such thing"},
		{"nothing", "app.nothing", "null", "", ""},
		{"exit", "app.exits", "", "Runtime.ExitError", "exit status 7"},
		{"nested name", "app.nested.deep", `"deep"`, "", ""},
		{"module in a folder", "src/module.handler", `"from a module"`, "", ""},
		{"no such file", "none.handler", "", "Runtime.ImportModuleError", "Cannot find module 'none'"},
		{"no such export", "app.none", "", "Runtime.HandlerNotFound", "app.none is undefined or not exported"},
		{"broken module", "broken.handler", "", "Error", "broken at the start"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			command, err := locallambda.Command(dir, "nodejs20.x", t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			f := newFunction(t, func(c *locallambda.Config) {
				c.Command, c.Dir, c.Handler = command, dir, test.handler
				c.Environment = map[string]string{"PATH": os.Getenv("PATH")}
			})
			reply, err := f.Invoke(t.Context(), []byte(`{"a":1}`))
			if test.kind != "" {
				wantError(t, err, test.kind, test.message)
				return
			}
			if err != nil || string(reply) != test.want {
				t.Errorf("reply %s, error %v, want %s", reply, err, test.want)
			}
		})
	}
}

func TestCommand(t *testing.T) {
	dir := t.TempDir()
	if _, err := locallambda.Command(dir, "python3.13", dir); err == nil || !strings.Contains(err.Error(), `the runtime "python3.13" cannot run here`) {
		t.Errorf("python: %v", err)
	}
	writeFile(t, dir, "bootstrap", "#!/bin/sh\n")
	if _, err := locallambda.Command(dir, "provided.al2023", dir); err == nil || !strings.Contains(err.Error(), "is not executable") {
		t.Errorf("not executable: %v", err)
	}
	if err := os.Chmod(filepath.Join(dir, "bootstrap"), 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := locallambda.Command(dir, "provided.al2023", dir)
	if err != nil || len(got) != 1 || got[0] != filepath.Join(dir, "bootstrap") {
		t.Errorf("%v, %v", got, err)
	}
}
