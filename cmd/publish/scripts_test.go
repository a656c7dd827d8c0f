package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// script runs one of the scripts of `make deploy` and `make destroy`.
func script(t *testing.T, name string, args ...string) (output string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join("..", "..", ".sam", name), args...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestDeployScript(t *testing.T) {
	aws := fakeAWS(t)
	t.Setenv("PAGE", writePage(t, map[string]string{"index.html": "one", "assets/a.js": "a"}))
	out, err := script(t, "deploy.sh", "mine", "RetentionDays=30", "AlarmMail=")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.HasSuffix(out, "The chat is at the-SiteUrl\n") {
		t.Errorf("the last line is not the address:\n%s", out)
	}
	got := slices.DeleteFunc(calls(t, aws), func(call string) bool { return strings.Contains(call, "describe-stacks") })
	want := []string{
		"aws sts get-caller-identity",
		"aws apigateway get-account",
		"sam build --build-in-source --no-cached",
		"sam deploy --stack-name mine --s3-prefix mine --parameter-overrides Arch=arm64 RetentionDays=30",
		"aws s3api list-objects-v2",
		"aws s3 cp assets/a.js",
		"aws s3 cp index.html",
		"aws cloudfront create-invalidation /index.html",
		"aws cloudformation list-stack-resources",
		"aws cloudformation deploy --stack-name mine-ops --template-file ops.yaml --no-fail-on-empty-changeset --capabilities CAPABILITY_AUTO_EXPAND " +
			"--parameter-overrides Chat=mine AlarmMail= FunctionLogs=the-FunctionLogs HttpLogs=the-HttpLogs SocketLogs=the-SocketLogs " +
			"HttpApi=the-HttpApi WsApi=the-WsApi Table=the-Table SendFunction=the-SendFunction Site=the-Site Functions=the-AccountFunction,the-SendFunction",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestDeployScriptStops(t *testing.T) {
	tools := t.TempDir()
	for _, name := range []string{"bash", "dirname", "env"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(tools, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ name, variable, value, want string }{
		{"where aws is missing", "PATH", tools, "aws is missing"},
		{"where API Gateway may write no logs", "FAKE_ROLE", "None", "make deploy-account"},
	} {
		t.Run(test.name, func(t *testing.T) {
			aws := fakeAWS(t)
			t.Setenv(test.variable, test.value)
			out, err := script(t, "deploy.sh", "mine")
			if err == nil || !strings.Contains(out, test.want) {
				t.Errorf("it ends with %v and says %q, want %q", err, out, test.want)
			}
			text, _ := os.ReadFile(filepath.Join(aws, "calls"))
			if strings.Contains(string(text), "sam ") {
				t.Errorf("SAM was called:\n%s", text)
			}
		})
	}
}

func TestDestroyScript(t *testing.T) {
	aws := fakeAWS(t)
	for _, bucket := range []string{"the-SiteBucket", "the-LogBucket"} {
		if err := os.MkdirAll(filepath.Join(aws, bucket), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := script(t, "destroy.sh", "mine"); err == nil {
		t.Fatalf("it went on without an answer:\n%s", out)
	}
	calls(t, aws)
	t.Setenv("CONFIRM", "mine")
	out, err := script(t, "destroy.sh", "mine")
	if err != nil || !strings.Contains(out, "Its table the-TableName stays") {
		t.Errorf("it ends with %v and does not say that the table stays:\n%s", err, out)
	}
	got := calls(t, aws)
	if got[len(got)-1] != "sam delete --stack-name mine --no-prompts" {
		t.Errorf("the last call is %s, want SAM's", got[len(got)-1])
	}
	if !slices.Contains(got, "aws cloudformation delete-stack") {
		t.Error("alarms and dashboard stay")
	}
	for _, bucket := range []string{"the-SiteBucket", "the-LogBucket"} {
		if _, err := os.Stat(filepath.Join(aws, bucket)); err == nil {
			t.Errorf("%s was not emptied before", bucket)
		}
	}
}

// TestDestroyScriptAfterAFailedDeploy: a stack whose first deploy failed has no
// outputs.
func TestDestroyScriptAfterAFailedDeploy(t *testing.T) {
	aws := fakeAWS(t)
	t.Setenv("CONFIRM", "mine")
	t.Setenv("FAKE_OUTPUTS", "none")
	out, err := script(t, "destroy.sh", "mine")
	if err != nil || out != "The stack mine is gone.\n" {
		t.Errorf("it ends with %v and says %q", err, out)
	}
	got := calls(t, aws)
	if got[len(got)-1] != "sam delete --stack-name mine --no-prompts" {
		t.Errorf("the last call is %s, want SAM's", got[len(got)-1])
	}
}
