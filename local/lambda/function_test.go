package lambda_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	locallambda "projectchat/local/lambda"
)

func TestAWarmProcessIsUsedAgain(t *testing.T) {
	f := newFunction(t, nil)
	first := mustInvoke(t, f, order{})
	second := mustInvoke(t, f, order{})
	if second.PID != first.PID || second.Count != 2 {
		t.Errorf("first %+v, second %+v: want the same process", first, second)
	}
	if !first.Within {
		t.Error("the function has no deadline")
	}
}

func TestConcurrentEventsHaveProcessesOfTheirOwn(t *testing.T) {
	g := newGate(t)
	f := newFunction(t, func(c *locallambda.Config) { c.Environment["GATE"] = g.url })
	answers := make(chan answer, 2)
	for _, name := range []string{"a", "b"} {
		go func() {
			a, err := invoke(f, order{Do: "wait", Text: name})
			if err != nil {
				t.Error(err)
			}
			answers <- a
		}()
	}
	receive(t, g.arrived, "first")
	receive(t, g.arrived, "second") // while the first still waits
	g.open <- struct{}{}
	g.open <- struct{}{}
	a, b := receive(t, answers, "answer"), receive(t, answers, "answer")
	if a.PID == b.PID {
		t.Errorf("process %d had both", a.PID)
	}
}

func TestProcessesAreBounded(t *testing.T) {
	g := newGate(t)
	f := newFunction(t, func(c *locallambda.Config) { c.Environment["GATE"], c.MaxProcesses = g.url, 1 })
	answers := make(chan answer, 2)
	ask := func(name string) {
		a, err := invoke(f, order{Do: "wait", Text: name})
		if err != nil {
			t.Error(err)
		}
		answers <- a
	}
	go ask("a")
	receive(t, g.arrived, "first")
	go ask("b")
	g.open <- struct{}{} // only one function waits at the gate
	first := receive(t, answers, "answer")
	receive(t, g.arrived, "second")
	g.open <- struct{}{}
	if second := receive(t, answers, "answer"); second.PID != first.PID {
		t.Errorf("processes %d and %d, want one", first.PID, second.PID)
	}
}

func TestAFunctionsErrorIsItsOwn(t *testing.T) {
	f := newFunction(t, nil)
	_, err := invoke(f, order{Do: "fail", Text: "Unauthorized"})
	wantError(t, err, "errorString", "Unauthorized")
	if err.Error() != "Unauthorized" {
		t.Errorf("error is %q, by which API Gateway would not know it", err)
	}
	if a := mustInvoke(t, f, order{}); a.Count != 2 {
		t.Errorf("%+v: the process was not kept", a)
	}
}

func TestACrashFailsItsEventOnly(t *testing.T) {
	tests := []struct {
		name  string
		order order
		kind  string
		want  string
	}{
		{"exit", order{Do: "exit"}, "Runtime.ExitError", "Error: Runtime exited with error: exit status 3"},
		{"panic", order{Do: "panic", Text: "at the wheel"}, "string", "at the wheel"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFunction(t, nil)
			before := mustInvoke(t, f, order{})
			_, err := invoke(f, test.order)
			wantError(t, err, test.kind, test.want)
			if after := mustInvoke(t, f, order{}); after.PID == before.PID || after.Count != 1 {
				t.Errorf("before %+v, after %+v: want a new process", before, after)
			}
		})
	}
}

func TestAProcessThatEndsWhileIdleIsReplaced(t *testing.T) {
	gone := make(chan string, 10)
	f := newFunction(t, func(c *locallambda.Config) { c.Event = func(what string) { gone <- what } })
	before := mustInvoke(t, f, order{})
	receive(t, gone, "start")
	if err := syscall.Kill(before.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	// The process may get the event before it ends. Then a new process gets the next
	// event.
	after, err := invoke(f, order{})
	if err != nil {
		after = mustInvoke(t, f, order{})
	}
	if after.PID == before.PID {
		t.Error("the process was not replaced")
	}
}

func TestTimeoutEndsTheProcess(t *testing.T) {
	g := newGate(t)
	f := newFunction(t, func(c *locallambda.Config) {
		c.Environment["GATE"], c.Timeout = g.url, 3*time.Second
	})
	_, err := invoke(f, order{Do: "wait", Text: "slow"})
	wantError(t, err, "Sandbox.Timedout", "Error: Task timed out after 3.00 seconds")
	receive(t, g.arrived, "function")
	receive(t, g.left, "end of the process")
	if a := mustInvoke(t, f, order{}); a.Count != 1 {
		t.Errorf("%+v: want a new process", a)
	}
}

func TestTheCallersEndEndsTheProcess(t *testing.T) {
	g := newGate(t)
	f := newFunction(t, func(c *locallambda.Config) { c.Environment["GATE"] = g.url })
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := f.Invoke(ctx, []byte(`{"do":"wait","text":"x"}`))
		failed <- err
	}()
	receive(t, g.arrived, "function")
	cancel()
	if err := receive(t, failed, "error"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	receive(t, g.left, "end of the process")
}

func TestCloseEndsEverything(t *testing.T) {
	g := newGate(t)
	f := newFunction(t, func(c *locallambda.Config) { c.Environment["GATE"] = g.url })
	failed := make(chan error)
	go func() {
		_, err := invoke(f, order{Do: "wait", Text: "x"})
		failed <- err
	}()
	receive(t, g.arrived, "function")
	f.Close()
	receive(t, g.left, "end of the process")
	wantError(t, receive(t, failed, "error"), "Runtime.ExitError", "signal: killed")
	if _, err := invoke(f, order{}); err == nil {
		t.Error("a closed function still runs")
	}
}

func TestProcessesEndWithAGatewayThatIsKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ends a program with its parent")
	}
	g := newGate(t)
	gateway := exec.Command(os.Args[0])
	gateway.Env = append(os.Environ(), "ROLE=gateway", "GATE="+g.url)
	if err := gateway.Start(); err != nil {
		t.Fatal(err)
	}
	receive(t, g.arrived, "function")
	gateway.Process.Kill()
	gateway.Wait()
	receive(t, g.left, "end of the process")
}

func TestAProcessThatCannotBegin(t *testing.T) {
	tests := []struct {
		name   string
		change func(*locallambda.Config)
		want   string
	}{
		{"it exits", func(c *locallambda.Config) { c.Environment["ROLE"] = "exits" }, "Runtime exited with error: exit status 3"},
		{"there is none", func(c *locallambda.Config) { c.Command = []string{"/nowhere/bootstrap"} }, "start Tester: fork/exec /nowhere/bootstrap: no such file or directory"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFunction(t, test.change)
			for range 2 { // each event makes another attempt
				if _, err := invoke(f, order{}); err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("error %v, want %s", err, test.want)
				}
			}
		})
	}
}

func TestEnvironmentIsThatOfLambda(t *testing.T) {
	t.Setenv("SECRET_OF_THIS_SHELL", "x")
	f := newFunction(t, func(c *locallambda.Config) {
		c.MemoryMB, c.Region, c.Runtime = 512, "eu-west-1", "nodejs20.x"
		c.Environment["TABLE_NAME"] = "rows"
		c.Environment["AWS_LAMBDA_FUNCTION_NAME"] = "not this"
	})
	a := mustInvoke(t, f, order{Do: "env"})
	for name, want := range map[string]string{
		"TABLE_NAME": "rows", "AWS_LAMBDA_FUNCTION_NAME": "Tester", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/Tester",
		"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "_HANDLER": "bootstrap",
		"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs20.x", "LAMBDA_TASK_ROOT": a.Dir, "TZ": ":UTC",
	} {
		if a.Env[name] != want {
			t.Errorf("%s is %q, want %q", name, a.Env[name], want)
		}
	}
	if _, there := a.Env["SECRET_OF_THIS_SHELL"]; there {
		t.Error("the function sees this process's environment")
	}
}

func TestOutputComesLineByLine(t *testing.T) {
	var out output
	f := newFunction(t, func(c *locallambda.Config) { c.Output = out.add })
	mustInvoke(t, f, order{Do: "print", Text: "one\ntwo"})
	f.Close()
	if got := out.String(); got != "one\ntwo\nwithout an end" {
		t.Errorf("output %q", got)
	}
}

func TestAnEventOverLambdasLimitIsRefused(t *testing.T) {
	f := newFunction(t, nil)
	if _, err := f.Invoke(t.Context(), make([]byte, 6<<20+1)); err == nil || !strings.Contains(err.Error(), "over Lambda's limit") {
		t.Errorf("error %v", err)
	}
}

func TestNewRefusesAFunctionWithoutACommand(t *testing.T) {
	if _, err := locallambda.New(locallambda.Config{Name: "F"}); err == nil {
		t.Error("no error")
	}
}

// TestStartedIsToldOfEachProcess expects one call for a cold start, and none for
// an event of a warm process.
func TestStartedIsToldOfEachProcess(t *testing.T) {
	var pids []int
	f := newFunction(t, func(cfg *locallambda.Config) {
		cfg.Started = func(pid int, took time.Duration) {
			if took <= 0 {
				t.Errorf("process %d took %v", pid, took)
			}
			pids = append(pids, pid)
		}
	})
	first, second := mustInvoke(t, f, order{}), mustInvoke(t, f, order{})
	if len(pids) != 1 || pids[0] != first.PID || second.PID != first.PID {
		t.Errorf("told of %v; the processes were %d and %d", pids, first.PID, second.PID)
	}
}
