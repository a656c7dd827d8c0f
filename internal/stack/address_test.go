package stack

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// visit is a request as CloudFront's function gets it.
type visit struct {
	Host, URI string
	Query     map[string]any
}

// went is the function's result: an address in the bucket or a redirect.
type went struct{ URI, Location string }

// runAddress runs the template's function in Node. That is close enough to
// CloudFront's runtime 2.0: both are ECMAScript, and the function uses nothing
// of the host.
func runAddress(t *testing.T, domain string, visits []visit) (out []went) {
	t.Helper()
	doc := whole(t).source
	code, ok := at(resources(doc, "AWS::CloudFront::Function"), "PageAddress", "Properties", "FunctionCode", "Fn::Sub").(string)
	if !ok || strings.Count(code, "${") != strings.Count(code, "${DomainName}") {
		t.Fatal("the function's code is not where it was, or takes more than the domain's name from the template")
	}
	input, err := json.Marshal(visits)
	if err != nil {
		t.Fatal(err)
	}
	program := strings.ReplaceAll(code, "${DomainName}", domain) + `
	console.log(JSON.stringify(` + string(input) + `.map(function (v) {
	  var headers = v.Host ? { host: { value: v.Host } } : {};
	  var r = handler({ request: { method: 'GET', uri: v.URI, querystring: v.Query || {}, headers: headers } });
	  return r.statusCode ? { Location: r.statusCode + ' ' + r.headers.location.value } : { URI: r.uri };
	})));`
	file := filepath.Join(t.TempDir(), "address.js")
	if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	printed, err := exec.CommandContext(t.Context(), "node", file).Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	if err := json.Unmarshal(printed, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPageAddress(t *testing.T) {
	const cloudfront, own = "d111.cloudfront.net", "chat.example.org"
	page := went{URI: "/index.html"}
	one := map[string]any{"value": "1"}
	for _, test := range []struct {
		name, domain string
		visit        visit
		want         went
	}{
		{"the page", "", visit{cloudfront, "/", nil}, page},
		{"a room", "", visit{cloudfront, "/general/", nil}, page},
		{"a room without the slash", "", visit{cloudfront, "/general", nil}, page},
		{"a room with a dot", "", visit{cloudfront, "/v1.2/", nil}, page},
		{"a room with a dot and without the slash", "", visit{cloudfront, "/v1.2", nil}, page},
		{"a room named like a file", "", visit{cloudfront, "/theme.js/", nil}, page},
		{"a room of other letters", "", visit{cloudfront, "/%E0%A4%B9/", nil}, page},
		{"deeper", "", visit{cloudfront, "/general/about.js", nil}, page},
		{"what is no longer used", "", visit{cloudfront, "/published/obsolete.json", nil}, page},
		{"the page by its name", "", visit{cloudfront, "/index.html", nil}, page},
		{"an asset", "", visit{cloudfront, "/assets/page-1.js", nil}, went{URI: "/assets/page-1.js"}},
		{"a file next to the page", "", visit{cloudfront, "/theme.js", nil}, went{URI: "/theme.js"}},
		{"without a Host", own, visit{"", "/general/", nil}, page},
		{"by its own name", own, visit{own, "/general/", nil}, page},
		{"by CloudFront's name", own, visit{cloudfront, "/general/", nil}, went{Location: "308 https://" + own + "/general/"}},
		{"an asset by CloudFront's name", own, visit{cloudfront, "/assets/a.js", nil}, went{Location: "308 https://" + own + "/assets/a.js"}},
		{"with a query", own, visit{cloudfront, "/", map[string]any{
			"a": one, "b": map[string]any{"value": "2", "multiValue": []any{one, map[string]any{"value": "2"}}}, "c": map[string]any{"value": ""},
		}}, went{Location: "308 https://" + own + "/?a=1&b=1&b=2&c"}},
		{"an address that begins with two slashes", own, visit{cloudfront, "//evil.example/", nil}, went{Location: "308 https://" + own + "//evil.example/"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := runAddress(t, test.domain, []visit{test.visit})
			if diff := cmp.Diff([]went{test.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestPageFilesHaveAddresses: the function lets each file of the page through.
func TestPageFilesHaveAddresses(t *testing.T) {
	files, err := os.ReadDir("../../web/public")
	if err != nil {
		t.Fatal(err)
	}
	var visits []visit
	var want []went
	for _, f := range files {
		visits = append(visits, visit{URI: "/" + f.Name()})
		want = append(want, went{URI: fmt.Sprint("/", f.Name())})
	}
	if diff := cmp.Diff(want, runAddress(t, "", visits)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
