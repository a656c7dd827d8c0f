package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"projectchat/internal/dynamo"
	"projectchat/internal/laptop"
	"projectchat/local/docker"
	localdb "projectchat/local/dynamodb"
	"projectchat/local/template"
)

// sam is `sam local` and everything that it needs: an engine, the functions
// built for this machine, the page, the database and its table.
type sam struct {
	laptop.Project
	addr        string // of `sam local start-api`
	lambda      string // of `sam local start-lambda`; "": not started
	gatewayPort int    // port of the WebSocket API on this machine; 0: as .sam/local.json says
	log         *os.File
	command     string // SAM CLI
	engine      string // Docker's address
	mark        string // a host name that marks our containers
	env         []string
	scratch     string
	database    *localdb.Kept // nil: not started here
	servers     []*laptop.Child
	failed      chan error // gets an error if this cannot go on
}

func (s *sam) start(ctx context.Context) (err error) {
	began := time.Now()
	if s.scratch, err = os.MkdirTemp("", "sam-local-"); err != nil {
		return err
	}
	if err := s.find(ctx); err != nil {
		return err
	}
	if err := s.BuildPage(ctx); err != nil {
		return err
	}
	if err := s.buildFunctions(ctx); err != nil {
		return err
	}
	if err := s.makeDatabase(ctx); err != nil {
		return err
	}
	if err := s.serve(ctx); err != nil {
		return err
	}
	s.Say("log", "%s", s.Relative(s.log.Name()))
	s.Say("ready", "http://%s/index.html (%.1f s). SAM has no WebSockets: the page asks every 2 s while somebody writes. Ctrl-C stops.",
		s.addr, time.Since(began).Seconds())
	return nil
}

// find finds Docker and SAM CLI. It comes first: without them nothing else is
// worth the time.
func (s *sam) find(ctx context.Context) error {
	var err error
	s.mark = "sam-local-" + strings.ToLower(rand.Text())
	s.engine, err = docker.Find(ctx)
	if err != nil {
		return fmt.Errorf("sam local runs the functions in Docker: %w: install and start it, or say where it is with %s", err, docker.HostVariable)
	}
	s.command = cmp.Or(os.Getenv("SAM"), filepath.Join(s.Root, ".local", "venv-sam", "bin", "sam"))
	if s.command, err = exec.LookPath(s.command); err != nil {
		return fmt.Errorf("SAM CLI is missing: `make sam-local` installs it, or set SAM to its path: %w", err)
	}
	s.env = append(withoutAWS(os.Environ()), docker.HostVariable+"="+s.engine, "SAM_CLI_TELEMETRY=0",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	if s.addr, err = settle(cmp.Or(os.Getenv("ADDR"), "127.0.0.1:3000")); err != nil {
		return err
	}
	s.lambda, err = settle(s.lambda)
	return err
}

// withoutAWS leaves out the variables that would make SAM ask an account for
// credentials.
func withoutAWS(env []string) (out []string) {
	for _, pair := range env {
		if !strings.HasPrefix(pair, "AWS_") {
			out = append(out, pair)
		}
	}
	return out
}

// settle checks that an address is free, and chooses a port in place of port 0,
// with which SAM would not serve. "" stays "".
func settle(addr string) (string, error) {
	if addr == "" {
		return "", nil
	}
	listener, err := laptop.Listen(addr)
	if err != nil {
		return "", err
	}
	defer listener.Close()
	host, _, _ := net.SplitHostPort(addr)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return net.JoinHostPort(host, port), nil
}

// arch returns this machine's processor as a value of the template's parameter.
func arch() string {
	if runtime.GOARCH == "arm64" {
		return "Arch=arm64"
	}
	return "Arch=x86_64"
}

func (s *sam) buildFunctions(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, s.command, "build", "--config-env", "local", "--parameter-overrides", arch())
	cmd.Dir, cmd.Env = s.Root, append(s.env, "GOARCH="+runtime.GOARCH)
	return s.Timed("functions", "sam build", cmd)
}

// makeDatabase starts DynamoDB Local at the port that .sam/local.json names, if
// that is free, and makes the table.
func (s *sam) makeDatabase(ctx context.Context) error {
	settings, err := laptop.ReadContainerSettings(s.Root)
	if err != nil {
		return err
	}
	s.database, err = s.StartDatabase(ctx, localdb.Local, s.DataFolder(), settings.Port(laptop.DatabaseVariable))
	if errors.Is(err, localdb.ErrPortTaken) {
		s.database, err = s.StartDatabase(ctx, localdb.Local, s.DataFolder(), 0)
	}
	if err != nil {
		return err
	}
	if s.database != nil {
		go func() {
			if err := <-s.database.Failed(); err != nil {
				s.fail(err)
			}
		}()
	}
	t, err := template.Load(filepath.Join(s.Root, "template.yaml"), template.Options{})
	if err != nil {
		return err
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("configure the AWS SDK: %w", err)
	}
	return laptop.CreateTable(ctx, dynamo.NewClient(cfg), t.Tables[0])
}

// serve starts SAM's servers and waits until they answer.
func (s *sam) serve(ctx context.Context) error {
	settings, err := laptop.ReadContainerSettings(s.Root)
	if err != nil {
		return err
	}
	settings.Point(laptop.DatabaseVariable, os.Getenv(laptop.DatabaseVariable))
	if s.gatewayPort != 0 {
		settings.Point(laptop.ManagementVariable, fmt.Sprintf("http://localhost:%d/ws", s.gatewayPort))
	}
	variables := filepath.Join(s.scratch, "variables.json")
	if err := settings.Write(variables); err != nil {
		return err
	}
	common := []string{"--config-env", "local", "--env-vars", variables, "--parameter-overrides", arch(),
		"--add-host", laptop.ContainerHost + ":host-gateway", "--add-host", s.mark + ":127.0.0.1"}
	// The path must be absolute: SAM ignores another without a word.
	page, err := filepath.Abs(s.PageFolder())
	if err != nil {
		return err
	}
	if err := s.serveAt(ctx, "start-api", s.addr, append(common, "--static-dir", page)...); err != nil {
		return err
	}
	if s.lambda == "" {
		return nil
	}
	if err := s.serveAt(ctx, "start-lambda", s.lambda, common...); err != nil {
		return err
	}
	s.Say("lambda", "http://%s (for cmd/dev -lambda and cmd/localgw -lambda)", s.lambda)
	return nil
}

// serveAt starts one of SAM's servers, and waits for it: it listens once its
// containers are up.
func (s *sam) serveAt(ctx context.Context, what, addr string, args ...string) error {
	host, port, _ := net.SplitHostPort(addr)
	args = append([]string{"local", what, "--host", host, "--port", port}, args...)
	cmd := exec.Command(s.command, args...)
	cmd.Dir, cmd.Env = s.Root, s.env
	s.Say("sam", "local %s …", what)
	server, err := laptop.StartChild(cmd, syscall.SIGTERM, s.log)
	if err != nil {
		return fmt.Errorf("sam local %s: %w", what, err)
	}
	s.servers = append(s.servers, server)
	ended := fmt.Errorf("sam local %s has ended: see %s", what, s.Relative(s.log.Name()))
	go s.failAfter(server.Done, ended)
	if err := server.AwaitListener(ctx, addr); !errors.Is(err, laptop.ErrEnded) {
		return err
	}
	return ended
}

// failAfter ends run once a necessary process has ended.
func (s *sam) failAfter(done <-chan struct{}, err error) {
	<-done
	s.fail(err)
}

// fail ends run.
func (s *sam) fail(err error) {
	select {
	case s.failed <- err:
	default:
	}
}

// stop ends SAM's servers and their containers, and then the database.
func (s *sam) stop() error {
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Stop())
	}
	limited, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	// SAM CLI stops only some of them, and sometimes none.
	if len(s.servers) > 0 {
		errs = append(errs, docker.RemoveKnowing(limited, s.engine, s.mark))
	}
	if s.database != nil {
		errs = append(errs, s.database.Stop(limited))
	}
	if s.scratch != "" {
		errs = append(errs, os.RemoveAll(s.scratch))
	}
	return errors.Join(errs...)
}
