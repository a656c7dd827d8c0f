package gateway_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"projectchat/local/gateway"
)

// sdkCall is one call for another language's SDK to make.
type sdkCall struct {
	Op       string `json:"op"`
	Endpoint string `json:"endpoint"`
	ID       string `json:"id"`
	Size     int    `json:"size"`
}

// sdkSaw is the outcome that an SDK's caller sees: the exception's class with
// the error's code and message, or the answer.
type sdkSaw struct {
	Name        string   `json:"name"`
	Code        string   `json:"code"`
	Message     string   `json:"message"`
	Status      int      `json:"status"`
	RequestID   string   `json:"requestId"`
	ConnectedAt string   `json:"connectedAt"`
	Identity    []string `json:"identity"`
	Type        string   `json:"type"`
}

// sdkCase is a call and the outcomes that callers of boto3 and of the
// JavaScript SDK must see.
type sdkCase struct {
	name     string
	call     sdkCall
	boto, js sdkSaw
}

const malformedID = "123e4567-e89b-12d3-a456-426614174000"

// sdkCases needs three open connections: a usual one, one over its limit, and
// one whose posts fail. The order counts: the last case deletes the first
// connection.
func sdkCases(endpoint, elsewhere, usual, limited, failing string) []sdkCase {
	gone := func(op string) sdkCase {
		return sdkCase{op + " where nobody is", sdkCall{op, endpoint, "AAAAAAAAAAAAAAA=", 1},
			sdkSaw{Name: "GoneException", Code: "GoneException", Status: 410},
			sdkSaw{Name: "GoneException", Code: "modelled", Message: "UnknownError", Status: 410}}
	}
	fine := func(name, op string, size, status int) sdkCase {
		return sdkCase{name, sdkCall{op, endpoint, usual, size}, sdkSaw{Status: status}, sdkSaw{Status: status}}
	}
	return []sdkCase{
		fine("post", "post", 5, 200),
		{"get", sdkCall{"get", endpoint, usual, 0}, sdkSaw{Status: 200, Type: "datetime"}, sdkSaw{Status: 200, Type: "Date"}},
		gone("post"), gone("get"), gone("delete"),
		{"malformed id", sdkCall{"post", endpoint, malformedID, 1},
			sdkSaw{Name: "ClientError", Code: "BadRequestException", Message: "Invalid connectionId: " + malformedID, Status: 400},
			sdkSaw{Name: "BadRequestException", Message: "Invalid connectionId: " + malformedID, Status: 400}},
		{"another stage", sdkCall{"post", elsewhere, usual, 1},
			sdkSaw{Name: "ForbiddenException", Code: "ForbiddenException", Message: "Forbidden", Status: 403},
			sdkSaw{Name: "ForbiddenException", Code: "modelled", Message: "Forbidden", Status: 403}},
		{"too large", sdkCall{"post", endpoint, usual, 128<<10 + 1},
			sdkSaw{Name: "PayloadTooLargeException", Code: "PayloadTooLargeException", Message: "Payload too large", Status: 413},
			sdkSaw{Name: "PayloadTooLargeException", Code: "modelled", Message: "Payload too large", Status: 413}},
		{"over the limit", sdkCall{"post", endpoint, limited, 1},
			sdkSaw{Name: "LimitExceededException", Code: "LimitExceededException", Status: 429},
			sdkSaw{Name: "LimitExceededException", Code: "modelled", Message: "UnknownError", Status: 429}},
		{"server error", sdkCall{"post", endpoint, failing, 1},
			sdkSaw{Name: "ClientError", Code: "InternalServerErrorException", Message: "Internal server error", Status: 500},
			sdkSaw{Name: "InternalServerErrorException", Message: "Internal server error", Status: 500}},
		fine("delete", "delete", 0, 204),
	}
}

// runScript passes the calls to an SDK's script.
func runScript(t *testing.T, cmd *exec.Cmd, calls []sdkCall) []sdkSaw {
	t.Helper()
	input, err := json.Marshal(calls)
	if err != nil {
		t.Fatal(err)
	}
	var output, complaint bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &output, &complaint
	cmd.Env = append(os.Environ(), "AWS_MAX_ATTEMPTS=2", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_CONFIG_FILE=/nonexistent", "AWS_SHARED_CREDENTIALS_FILE=/nonexistent")
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, complaint.Bytes())
	}
	var saw []sdkSaw
	if err := json.Unmarshal(output.Bytes(), &saw); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, output.Bytes())
	}
	if len(saw) != len(calls) {
		t.Fatalf("%d answers to %d calls", len(saw), len(calls))
	}
	return saw
}

// checkSDK lets an SDK make all calls and compares the outcomes that its caller
// sees.
func checkSDK(t *testing.T, cmd *exec.Cmd, want func(sdkCase) sdkSaw) {
	t.Helper()
	connect := newRecorder()
	cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": connect}), Faults: gateway.NewFaults(1)}
	address := onTCP(t, cfg, false)
	var ids []string
	for range 3 {
		go readAway(dialTCP(t, address))
		ids = append(ids, idOf(t, <-connect.events))
	}
	cfg.Faults.Set(gateway.PostLimit, gateway.Rule{P: 1, Connection: ids[1]})
	cfg.Faults.Set(gateway.PostError, gateway.Rule{P: 1, Connection: ids[2]})

	cases := sdkCases("http://"+address+"/ws", "http://"+address+"/prod", ids[0], ids[1], ids[2])
	var calls []sdkCall
	for _, c := range cases {
		calls = append(calls, c.call)
	}
	for i, saw := range runScript(t, cmd, calls) {
		t.Run(cases[i].name, func(t *testing.T) { checkSaw(t, want(cases[i]), saw) })
	}
}

func checkSaw(t *testing.T, want, saw sdkSaw) {
	t.Helper()
	if want.Type != "" { // a description
		at, err := time.Parse(time.RFC3339, saw.ConnectedAt)
		if err != nil || time.Since(at).Abs() > time.Hour {
			t.Errorf("connected at %q: %v", saw.ConnectedAt, err)
		}
		if diff := cmp.Diff([]string{"127.0.0.1", "tester/1"}, saw.Identity); diff != "" {
			t.Errorf("identity (-want +saw):\n%s", diff)
		}
	}
	if len(saw.RequestID) != 16 {
		t.Errorf("request id %q", saw.RequestID)
	}
	saw.RequestID, saw.ConnectedAt, saw.Identity = "", "", nil
	if diff := cmp.Diff(want, saw); diff != "" {
		t.Errorf("(-want +saw):\n%s", diff)
	}
}

// needs returns the value of a variable that `make test-sdks` sets once it has
// installed the SDK. Without it the test is skipped.
func needs(t *testing.T, variable string) string {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		t.Skipf("%s is not set; `make test-sdks` installs the SDK and runs this test", variable)
	}
	return value
}

func TestBoto3SeesWhatAWSSends(t *testing.T) {
	python := needs(t, "SDK_PYTHON")
	checkSDK(t, exec.Command(python, "testdata/sdk/boto.py"), func(c sdkCase) sdkSaw { return c.boto })
}

func TestJavaScriptSDKSeesWhatAWSSends(t *testing.T) {
	modules := needs(t, "SDK_NODE_MODULES")
	cmd := exec.Command("node", filepath.Join("testdata", "sdk", "js.cjs"))
	t.Setenv("NODE_PATH", modules)
	checkSDK(t, cmd, func(c sdkCase) sdkSaw { return c.js })
}
