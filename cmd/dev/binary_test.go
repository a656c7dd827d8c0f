package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"projectchat/internal/laptop"
	"projectchat/internal/wire"
	localdb "projectchat/local/dynamodb"
)

// These tests run the command itself, as a process, in a project folder of
// their own.

var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "dev-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "dev")
	output, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		err = errors.New(string(output))
	}
	return path, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binaryIfBuilt(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

var built bool // set by newProject; the tests run one after the other

func binaryIfBuilt() (string, error) {
	if !built {
		return "", errors.New("not built")
	}
	return binary()
}

// project is a project's folder: the template, a page that is up to date, and
// the databases as they were fetched.
type project struct {
	t          *testing.T
	root, data string
	path, bin  string
	env        []string // in addition to the tests' environment
}

func newProject(t *testing.T) *project {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a database: not with -short")
	}
	bin, err := binary()
	built = true
	if err != nil {
		t.Fatal(err)
	}
	here, err := laptop.Root()
	if err != nil {
		t.Fatal(err)
	}
	localdb.ForTest(t) // which fetches it
	p := &project{t: t, root: t.TempDir(), bin: bin, path: os.Getenv("PATH")}
	p.data = filepath.Join(p.root, "data")
	template, err := os.ReadFile(filepath.Join(here, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p.write("template.yaml", string(template))
	p.write("web/dist/index.html", pageFiles["index.html"])
	p.write("web/node_modules/.ready", "")
	sources, err := laptop.Project{Root: p.root}.PageSources()
	if err != nil {
		t.Fatal(err)
	}
	p.write(".local/page-sources", sources)
	for _, engine := range []localdb.Engine{localdb.Dynoxide, localdb.Local} {
		of := filepath.Join(here, ".local", string(engine))
		if _, err := os.Stat(of); err == nil {
			err = os.Symlink(of, filepath.Join(p.root, ".local", string(engine)))
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return p
}

func (p *project) write(name, text string) { writeFile(p.t, filepath.Join(p.root, name), text) }

func (p *project) remove(name string) {
	p.t.Helper()
	if err := os.RemoveAll(filepath.Join(p.root, name)); err != nil {
		p.t.Fatal(err)
	}
}

// asks names the database to run.
func (p *project) asks(engine string) { p.env = append(p.env, "DB="+engine) }

// damage spoils the data of the databases that this machine has.
func (p *project) damage() {
	p.write("data/shared-local-instance.db", strings.Repeat("damaged ", 1000))
	if _, err := os.Stat(filepath.Join(p.root, ".local", "dynoxide", localdb.DynoxideVersion)); err == nil {
		p.write("data/dynoxide.db", strings.Repeat("damaged ", 1000))
	}
}

// only leaves these commands in PATH and no others.
func (p *project) only(commands ...string) {
	p.t.Helper()
	dir := p.t.TempDir()
	for _, command := range append(commands, "sh") {
		path, err := exec.LookPath(command)
		if err != nil {
			p.t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, command)); err != nil {
			p.t.Fatal(err)
		}
	}
	p.path = dir
}

// process is the running command.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	lines  chan string // of its output; closed when that ends
	said   []string
	stderr bytes.Buffer
	ended  chan struct{}
}

func (p *project) run(env ...string) *process {
	p.t.Helper()
	return p.runWith(nil, env...)
}

func (p *project) runWith(flags []string, env ...string) *process {
	p.t.Helper()
	cmd := exec.Command(p.bin, flags...)
	cmd.Dir = p.root
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "AWS_") || strings.HasPrefix(v, "PATH=")
	}), "PATH="+p.path, "ADDR=localhost:0", "DATA="+p.data)
	cmd.Env = append(cmd.Env, env...)
	d := &process{t: p.t, cmd: cmd, lines: make(chan string, 100), ended: make(chan struct{})}
	cmd.Stderr = &d.stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			d.lines <- lines.Text()
		}
		close(d.lines)
		cmd.Wait()
		close(d.ended)
	}()
	p.t.Cleanup(func() {
		cmd.Process.Kill()
		<-d.ended
	})
	return d
}

var readyLine = regexp.MustCompile(`^ready +(http://\S+) \(\d+\.\d s\)\. .*Ctrl-C stops\.$`)

// ready waits until the command prints its address.
func (d *process) ready() (url string) {
	d.t.Helper()
	late := time.After(3 * waitLimit)
	for {
		select {
		case line, ok := <-d.lines:
			if !ok {
				<-d.ended
				d.t.Fatalf("it ended: %q %s", d.said, d.stderr.String())
			}
			d.said = append(d.said, line)
			if m := readyLine.FindStringSubmatch(line); m != nil {
				return m[1]
			}
		case <-late:
			d.t.Fatalf("it is not ready: %q %s", d.said, d.stderr.String())
		}
	}
}

// exit waits for the end and returns the exit code.
func (d *process) exit() int {
	d.t.Helper()
	late := time.After(3 * waitLimit)
	for {
		select {
		case line, ok := <-d.lines:
			if ok {
				d.said = append(d.said, line)
				continue
			}
			<-d.ended
			return d.cmd.ProcessState.ExitCode()
		case <-late:
			d.t.Fatalf("it does not end: %q", d.said)
		}
	}
}

func (d *process) signal(s os.Signal) {
	d.t.Helper()
	if err := d.cmd.Process.Signal(s); err != nil {
		d.t.Fatal(err)
	}
}

// refuses waits for the end, and wants exit code 1 and one line that matches.
func (d *process) refuses(line string) {
	d.t.Helper()
	code := d.exit()
	if said := d.stderr.String(); code != 1 || strings.Count(said, "\n") != 1 || !regexp.MustCompile(line).MatchString(said) {
		d.t.Errorf("exit code %d, said %q %q; want one line like %s", code, d.said, said, line)
	}
}

// database returns the pid of the database on the project's data.
func (p *project) database() int {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.data, "dynamodb-local.pid"))
	if err != nil {
		p.t.Fatal(err)
	}
	var note struct{ PID int }
	if err := json.Unmarshal(text, &note); err != nil || note.PID == 0 {
		p.t.Fatalf("%s: %v", text, err)
	}
	if !runs(note.PID) {
		p.t.Fatalf("the database %d does not run", note.PID)
	}
	return note.PID
}

// runs reports whether a process is there, except one that only waits for its
// parent.
func runs(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(filepath.Join("/proc", stringOf(pid), "stat"))
	return err != nil || !strings.Contains(string(stat[bytes.LastIndexByte(stat, ')'):]), " Z ")
}

func stringOf(pid int) string { b, _ := json.Marshal(pid); return string(b) }

// say signs a person in and sends a message; read reads it again elsewhere.
func say(t *testing.T, url, room, text string) (who *person) {
	t.Helper()
	s := &stack{URL: url}
	who = s.mustSignIn(t, unique("Ann"))
	if res := who.request("POST", "/api/messages", wire.SendBody{Room: room, CID: "c1", Text: text}); res.status != 201 {
		t.Fatalf("send: %d %s", res.status, res.body)
	}
	return who
}

func (p *person) reads(url, room, text string) {
	p.t.Helper()
	p.s = &stack{URL: url}
	var page wire.HistoryPage
	p.request("GET", "/api/messages?room="+room, nil).decode(p.t, &page)
	if len(page.Messages) != 1 || page.Messages[0].Text != text {
		p.t.Errorf("history %+v", page)
	}
}

func TestCommandLivesAndDies(t *testing.T) {
	bystander := localdb.ForTest(t) // with another parent, on no data
	p := newProject(t)
	first := p.run()
	url := first.ready()
	ann := say(t, url, "room", "kept")
	if res := ann.request("POST", "/api/session", wire.SessionRequest{Name: say(t, url, "another", "hi").Name}); res.status != 409 {
		t.Errorf("a taken name: %d", res.status) // the database reports it as an error
	}
	database := p.database()

	p.run("ADDR=" + strings.TrimPrefix(url, "http://")).refuses(`is taken by another program.*ADDR=`)
	p.run().refuses(`data folder is in use.*choose another`)

	first.signal(os.Interrupt)
	if code := first.exit(); code != 0 || first.stderr.Len() > 0 {
		t.Errorf("exit code %d, said %s", code, first.stderr.String())
	}
	if runs(database) {
		t.Error("the database still runs")
	}
	res, err := http.Get(bystander)
	if err != nil {
		t.Fatalf("the database of somebody else is gone: %v", err)
	}
	res.Body.Close()

	second := p.run()
	ann.reads(second.ready(), "room", "kept")
	database = p.database()
	second.signal(os.Kill)
	if second.exit(); second.stderr.Len() > 0 {
		t.Errorf("it said %s", second.stderr.String())
	}

	third := p.run()
	ann.reads(third.ready(), "room", "kept")
	if runs(database) || p.database() == database {
		t.Error("the database of the killed one still runs")
	}
	database = p.database()
	third.signal(syscall.SIGTERM)
	if code := third.exit(); code != 0 || runs(database) {
		t.Errorf("exit code %d, database runs: %t", code, runs(database))
	}
}

func TestCommandSaysWhatIsMissing(t *testing.T) {
	tests := map[string]struct {
		prepare func(p *project)
		line    string
	}{
		"dynoxide": {func(p *project) { p.asks("dynoxide"); p.only("node"); p.remove(".local/dynoxide") }, `^no npm, which fetches Dynoxide.*install Node.js`},
		"java":     {func(p *project) { p.asks("dynamodb-local"); p.only("mvn", "node", "npm") }, `Java.*: install Java 17`},
		"old java": {func(p *project) {
			p.asks("dynamodb-local")
			p.only("node")
			p.fake("java", `echo 'openjdk version "11.0.2"' >&2`)
		}, `Java is too old: .*17`},
		"maven":    {func(p *project) { p.asks("dynamodb-local"); p.only("java"); p.remove(".local/dynamodb-local") }, `Maven.*install`},
		"node":     {func(p *project) { p.only("java"); p.remove(".local/page-sources") }, `^node is missing.*install Node.js 20`},
		"npm":      {func(p *project) { p.only("java", "node"); p.remove("web/node_modules") }, `^npm is missing.*install Node.js 20`},
		"old node": {func(p *project) { p.only("java", "npm"); p.fake("node", "echo v18.1.0"); p.remove("web/dist") }, `^node v18.1.0 is too old: install Node.js 20`},
		"template": {func(p *project) { p.remove("template.yaml") }, `no template.yaml`},
		"database": {func(p *project) { p.asks("postgres") }, `no database "postgres": choose DB=`},
		"data":     {func(p *project) { p.damage() }, `cannot use the data folder .*move it away`},
		"data dir": {func(p *project) { p.write("data", "a file") }, `data folder.*not a directory`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := newProject(t)
			test.prepare(p)
			p.run(p.env...).refuses(test.line)
		})
	}
	t.Run("address", func(t *testing.T) {
		p := newProject(t)
		p.run("ADDR=nonsense").refuses(`^listen on ADDR=nonsense`)
	})
}

// TestTwoCommandsInOneFolder: each command has its own data and log.
func TestTwoCommandsInOneFolder(t *testing.T) {
	p := newProject(t)
	run := func(flags ...string) *process {
		return p.runWith(flags, "AWS_ENDPOINT_URL_DYNAMODB="+localdb.ForTest(t), "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local")
	}
	first, second := run(), run("-trace")
	logs := map[*process]string{}
	for _, d := range []*process{first, second} {
		room := unique("room")
		say(t, d.ready(), room, "hello")
		for _, line := range d.said {
			if _, log, ok := strings.Cut(line, "log       "); ok {
				logs[d] = log
			}
		}
		if text, err := os.ReadFile(filepath.Join(p.root, logs[d])); err != nil || strings.Count(string(text), `"msg":"request","route":"POST /api/messages"`) != 1 {
			t.Errorf("log %q has\n%s%v", logs[d], text, err)
		}
	}
	if logs[first] == logs[second] {
		t.Errorf("both write to %s", logs[first])
	}
	for d, events := range map[*process]bool{first: false, second: true} {
		d.signal(os.Interrupt)
		d.exit()
		if said := strings.Join(d.said, "\n"); strings.Contains(said, "POST /api/messages") != events {
			t.Errorf("events are said: want %t, in\n%s", events, said)
		}
	}
}

// fake puts a script into PATH.
func (p *project) fake(command, script string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.path, command), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		p.t.Fatal(err)
	}
}

// TestCommandStopsTheBuild: Ctrl-C while the page is built ends npm and the
// processes that it started.
func TestCommandStopsTheBuild(t *testing.T) {
	p := newProject(t)
	p.only("java", "node", "sleep", "cat")
	p.remove(".local/page-sources")
	pipe := filepath.Join(p.root, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	p.fake("npm", `sh -c 'echo $$ > `+pipe+`; exec sleep 600'; true`)
	d := p.run()
	text, err := os.ReadFile(pipe) // until the grandchild is there
	if err != nil {
		t.Fatal(err)
	}
	var grandchild int
	if err := json.Unmarshal(bytes.TrimSpace(text), &grandchild); err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(grandchild, syscall.SIGKILL)
	d.signal(os.Interrupt)
	if code := d.exit(); code != 0 || d.stderr.Len() > 0 {
		t.Errorf("exit code %d, said %s", code, d.stderr.String())
	}
	// The signal is sent by then; the kernel may take a moment.
	for late := time.Now().Add(waitLimit); runs(grandchild); time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("the program that npm started still runs")
		}
	}
}
