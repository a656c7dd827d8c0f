package gateway

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// httpEvent is an event of payload format 2.0, with API Gateway's keys:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
type httpEvent struct {
	Version         string            `json:"version"`
	RouteKey        string            `json:"routeKey"`
	RawPath         string            `json:"rawPath"`
	RawQueryString  string            `json:"rawQueryString"`
	Cookies         []string          `json:"cookies,omitempty"`
	Headers         map[string]string `json:"headers"`
	Query           map[string]string `json:"queryStringParameters,omitempty"`
	Context         httpContext       `json:"requestContext"`
	PathParameters  map[string]string `json:"pathParameters,omitempty"`
	StageVariables  map[string]string `json:"stageVariables,omitempty"`
	Body            string            `json:"body,omitempty"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

type httpContext struct {
	AccountID    string                 `json:"accountId"`
	APIID        string                 `json:"apiId"`
	Authorizer   *httpAuthorizerContext `json:"authorizer,omitempty"`
	DomainName   string                 `json:"domainName"`
	DomainPrefix string                 `json:"domainPrefix"`
	HTTP         httpCall               `json:"http"`
	RequestID    string                 `json:"requestId"`
	RouteKey     string                 `json:"routeKey"`
	Stage        string                 `json:"stage"`
	Time         string                 `json:"time"`
	TimeEpoch    int64                  `json:"timeEpoch"`
}

type httpCall struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// noAccount stands for an AWS account's number.
const noAccount = "000000000000"

func (a *httpAPI) event(r *http.Request, key string, parameters map[string]string, body []byte, requestID string, now time.Time) httpEvent {
	from := clientOf(r, now)
	e := httpEvent{
		Version:        "2.0",
		RouteKey:       key,
		RawPath:        r.URL.EscapedPath(),
		RawQueryString: r.URL.RawQuery,
		Cookies:        cookies(r.Header.Values("Cookie")),
		Headers:        lowerHeaders(r, from),
		Query:          joinedQuery(r.URL.RawQuery),
		PathParameters: parameters,
		StageVariables: a.variables,
		Body:           string(body),
	}
	if !utf8.Valid(body) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	prefix, _, _ := strings.Cut(hostOf(r.Host), ".")
	e.Context = httpContext{
		AccountID: noAccount, APIID: a.apiID,
		DomainName: r.Host, DomainPrefix: prefix,
		RequestID: requestID, RouteKey: key, Stage: or(a.stage, "$default"),
		Time: clfTime(now), TimeEpoch: now.UnixMilli(),
		HTTP: httpCall{
			Method: r.Method, Path: e.RawPath, Protocol: r.Proto,
			SourceIP: from.sourceIP, UserAgent: r.UserAgent(),
		},
	}
	return e
}

// lowerHeaders returns r's headers with lower-case names. It joins values of
// one name with commas, leaves out cookies and hop-by-hop headers, and adds API
// Gateway's own.
func lowerHeaders(r *http.Request, from client) map[string]string {
	out := map[string]string{}
	for name, values := range r.Header {
		if name != "Cookie" && !hopByHop(name) {
			out[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	out["host"] = r.Host
	out["x-amzn-trace-id"] = from.traceID
	out["x-forwarded-for"] = from.forwardedFor
	out["x-forwarded-port"] = from.port
	out["x-forwarded-proto"] = from.proto
	return out
}

// hopByHop reports whether the header of this canonical name concerns one
// connection only (RFC 9110, section 7.6.1).
func hopByHop(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

func cookies(headers []string) []string {
	var out []string
	for _, h := range headers {
		for cookie := range strings.SplitSeq(h, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				out = append(out, cookie)
			}
		}
	}
	return out
}

func joinedQuery(raw string) map[string]string {
	query, _ := url.ParseQuery(raw)
	if len(query) == 0 {
		return nil
	}
	out := make(map[string]string, len(query))
	for name, values := range query {
		out[name] = strings.Join(values, ",")
	}
	return out
}
