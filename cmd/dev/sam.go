package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"projectchat/internal/dynamo"
	"projectchat/local/docker"
	localdb "projectchat/local/dynamodb"
	"projectchat/local/template"
)

// containerHost is what containers call this machine (samconfig.toml, add_host).
const containerHost = "host.docker.internal"

// samOptions say what SAM serves beside what options say.
type samOptions struct {
	// Lambda is where `sam local start-lambda` serves; "": it is not started.
	Lambda string
	// Gateway is the port on this machine of whoever runs the WebSocket API; 0: as
	// .sam/local.json says.
	Gateway int
}

// sam is `sam local` and what it needs: an engine, the functions built for this
// machine, the page, the database and its table.
type sam struct {
	options
	more     samOptions
	command  string // SAM CLI
	engine   string // Docker's address
	mark     string // a host's name by which our containers are known
	env      []string
	scratch  string
	database *stack
	servers  []*child
	failed   chan error
}

// runSAM serves the HTTP API and the page by `sam local start-api` until ctx ends.
func runSAM(ctx context.Context, o options, more samOptions) (err error) {
	o.Addr = or(o.Addr, "127.0.0.1:3000")
	s := &sam{options: o, more: more, failed: make(chan error, 1), database: &stack{failed: make(chan error, 1)}}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.start(ctx); ctx.Err() != nil {
		return nil
	} else if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		s.Say("stopping", "the data stays in its folder")
		return nil
	case err := <-s.database.failed:
		return err
	case err := <-s.failed:
		return err
	}
}

func (s *sam) start(ctx context.Context) (err error) {
	began := time.Now()
	if s.scratch, err = os.MkdirTemp("", "sam-local-"); err != nil {
		return err
	}
	if err := s.find(ctx); err != nil {
		return err
	}
	if err := buildPage(ctx, s.options); err != nil {
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
	s.Say("log", "%s", relative(s.Root, s.LogPath))
	s.Say("ready", "http://%s/index.html (%.1f s). SAM has no WebSockets: the page asks every 2 s while somebody writes. Ctrl-C stops.",
		s.Addr, time.Since(began).Seconds())
	return nil
}

// find finds Docker and SAM CLI, before anything else is worth the time.
func (s *sam) find(ctx context.Context) error {
	var err error
	s.mark = "sam-local-" + strings.ToLower(rand.Text())
	s.engine, err = docker.Find(ctx)
	if err != nil {
		return fmt.Errorf("sam local runs the functions in Docker: %w: install and start it, or say where it is by %s", err, docker.HostVariable)
	}
	s.command = or(os.Getenv("SAM"), filepath.Join(s.Root, ".local", "venv-sam", "bin", "sam"))
	if s.command, err = exec.LookPath(s.command); err != nil {
		return fmt.Errorf("SAM CLI is missing: `make sam-local` installs it, or name one by SAM: %w", err)
	}
	s.env = append(withoutAWS(os.Environ()), docker.HostVariable+"="+s.engine, "SAM_CLI_TELEMETRY=0",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	for _, addr := range []*string{&s.Addr, &s.more.Lambda} {
		if *addr, err = settle(*addr); err != nil {
			return err
		}
	}
	return nil
}

// withoutAWS leaves out what would have SAM ask an account for credentials.
func withoutAWS(env []string) (out []string) {
	for _, pair := range env {
		if !strings.HasPrefix(pair, "AWS_") {
			out = append(out, pair)
		}
	}
	return out
}

// settle checks that an address is free, and chooses a port where it has port 0:
// SAM itself would serve at none. "" stays "".
func settle(addr string) (string, error) {
	if addr == "" {
		return "", nil
	}
	listener, err := listen(addr)
	if err != nil {
		return "", err
	}
	defer listener.Close()
	host, _, _ := net.SplitHostPort(addr)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return net.JoinHostPort(host, port), nil
}

// arch is this machine's processor, as the template's parameter has it.
func arch() string {
	if runtime.GOARCH == "arm64" {
		return "Arch=arm64"
	}
	return "Arch=x86_64"
}

func (s *sam) buildFunctions(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, s.command, "build", "--config-env", "local", "--parameter-overrides", arch())
	cmd.Dir, cmd.Env = s.Root, append(s.env, "GOARCH="+runtime.GOARCH)
	return s.timed("functions", "sam build", cmd)
}

// makeDatabase starts DynamoDB Local at the port that .sam/local.json names, if
// that is free, and makes the table.
func (s *sam) makeDatabase(ctx context.Context) error {
	settings, err := readSAMSettings(s.Root)
	if err != nil {
		return err
	}
	s.DatabasePort = settings.port(databaseVariable)
	err = s.database.startDatabase(ctx, s.options)
	if errors.Is(err, localdb.ErrPortTaken) {
		s.DatabasePort = 0
		err = s.database.startDatabase(ctx, s.options)
	}
	if err != nil {
		return err
	}
	t, err := template.Load(filepath.Join(s.Root, "template.yaml"), template.Options{})
	if err != nil {
		return err
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("configure the AWS SDK: %w", err)
	}
	return dynamo.CreateTable(ctx, dynamo.NewClient(cfg), tableSpec(t.Tables[0]))
}

// serve starts SAM's servers and waits until they answer.
func (s *sam) serve(ctx context.Context) error {
	settings, err := readSAMSettings(s.Root)
	if err != nil {
		return err
	}
	settings.lead(databaseVariable, os.Getenv(databaseVariable))
	if s.more.Gateway != 0 {
		settings.lead(managementVariable, fmt.Sprintf("http://localhost:%d/ws", s.more.Gateway))
	}
	variables := filepath.Join(s.scratch, "variables.json")
	if err := settings.write(variables); err != nil {
		return err
	}
	common := []string{"--config-env", "local", "--env-vars", variables, "--parameter-overrides", arch(),
		"--add-host", containerHost + ":host-gateway", "--add-host", s.mark + ":127.0.0.1"}
	// An absolute path: SAM drops another in silence.
	page, err := filepath.Abs(s.Page)
	if err != nil {
		return err
	}
	if err := s.serveAt(ctx, "start-api", s.Addr, append(common, "--static-dir", page)...); err != nil {
		return err
	}
	if s.more.Lambda == "" {
		return nil
	}
	if err := s.serveAt(ctx, "start-lambda", s.more.Lambda, common...); err != nil {
		return err
	}
	s.Say("lambda", "http://%s (for cmd/dev -lambda and cmd/localgw -lambda)", s.more.Lambda)
	return nil
}

// serveAt starts one of SAM's servers; it is up once its containers are.
func (s *sam) serveAt(ctx context.Context, what, addr string, args ...string) error {
	host, port, _ := net.SplitHostPort(addr)
	args = append([]string{"local", what, "--host", host, "--port", port}, args...)
	cmd := exec.Command(s.command, args...)
	cmd.Dir, cmd.Env = s.Root, s.env
	s.Say("sam", "local %s …", what)
	server, err := startChild(cmd, s.Log)
	if err != nil {
		return fmt.Errorf("sam local %s: %w", what, err)
	}
	server.end = syscall.SIGTERM
	s.servers = append(s.servers, server)
	go func() {
		<-server.done
		select {
		case s.failed <- fmt.Errorf("sam local %s has ended: %s tells why", what, relative(s.Root, s.LogPath)):
		default:
		}
	}()
	return awaitListener(ctx, addr, s.failed)
}

// awaitListener waits until somebody listens at an address, or something fails.
func awaitListener(ctx context.Context, addr string, failed <-chan error) error {
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case err := <-failed:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookEvery):
		}
	}
}

// stop ends SAM's servers and their containers, and then the database.
func (s *sam) stop() error {
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.stop())
	}
	limited, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	// SAM CLI stops some of them only, and now and then none.
	if len(s.servers) > 0 {
		errs = append(errs, docker.RemoveKnowing(limited, s.engine, s.mark))
	}
	errs = append(errs, s.database.stop(limited))
	if s.scratch != "" {
		errs = append(errs, os.RemoveAll(s.scratch))
	}
	return errors.Join(errs...)
}

const (
	databaseVariable   = localdb.EndpointVariable
	managementVariable = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"
)

// samSettings are the functions' variables in SAM's containers, as .sam/local.json
// has them (`sam local --env-vars`).
type samSettings struct {
	Parameters map[string]string
}

func readSAMSettings(root string) (s samSettings, err error) {
	name := filepath.Join(root, ".sam", "local.json")
	text, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return s, fmt.Errorf("read the functions' variables: %w", err)
	}
	return s, nil
}

// port is that of the address that a variable holds; 0 if there is none.
func (s samSettings) port(variable string) int {
	u, err := url.Parse(s.Parameters[variable])
	if err != nil {
		return 0
	}
	port, _ := strconv.Atoi(u.Port())
	return port
}

// lead sets a variable to an address, which may be one of this machine, so that
// it is right inside of a container.
func (s samSettings) lead(variable, address string) {
	u, err := url.Parse(address)
	if err == nil && isLoopback(u.Hostname()) {
		u.Host = net.JoinHostPort(containerHost, u.Port())
		address = u.String()
	}
	s.Parameters[variable] = address
}

func (s samSettings) write(name string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o600)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
