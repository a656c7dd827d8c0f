package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"projectchat/internal/dynamo"
	"projectchat/internal/laptop"
	"projectchat/lab/check"
	"projectchat/lab/storeproxy"
	localdb "projectchat/local/dynamodb"
	"projectchat/local/template"
)

// options of a run.
type options struct {
	profile profile
	seed    uint64
	root    string // the project's folder
	out     string // for the history, the table and the picture
	figures string // the file that gets the run's figures; "": none
	broken  string // how the server is broken; "": it is not
	say     io.Writer
}

// run is one run of the chaos.
type run struct {
	options
	plan     plan
	record   *recorder
	backend  *backend
	store    *storeproxy.Proxy
	live     *atomic.Int64
	tabs     []*tab
	rooms    []*room
	outsider []*outsider
	events   *events
	series   *series
	talking  func() // ends the talk
	everyone sync.WaitGroup
}

// result is the outcome of a run.
type result struct {
	options
	plan      plan
	history   []check.Record
	phases    []span
	events    []event
	samples   []sample
	late      spread // of samples: how busy the machine was
	recovered []recovery
	stormTook time.Duration // of the storm in the calm
	tally     map[string]int
	calls     map[string]int
	failed    map[storeproxy.Fault]int
	outsiders []*outsider
	ended     []string // tabs that gave up, and why
	took      time.Duration
	uids      map[string]bool
}

// perform runs the whole and returns the result to judge.
func perform(ctx context.Context, o options) (_ *result, err error) {
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return nil, err
	}
	r := &run{options: o, plan: newPlan(o.profile, o.seed), live: &atomic.Int64{}}
	began := time.Now()
	scratch, err := makeScratch()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	log, err := os.Create(filepath.Join(o.out, "server.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if r.record, err = newRecorder(r.historyName()); err != nil {
		return nil, err
	}
	r.events = &events{record: r.record}
	defer func() { err = errors.Join(err, r.end()) }()
	if err := r.startBackend(ctx, filepath.Join(scratch, "data"), log); err != nil {
		return nil, err
	}
	own, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := r.populate(own); err != nil {
		return nil, err
	}
	out, err := r.play(own)
	if err != nil {
		return nil, err
	}
	cancel()
	r.leave()
	if err := r.readAll(ctx); err != nil {
		return nil, err
	}
	return out, r.collect(out, time.Since(began))
}

// makeScratch makes a folder for the database, in memory if the system has folders there.
// Both databases wait for the disk at each write, and a run on a disk would show little else.
// The files outlive the death of the process, as on a disk.
func makeScratch() (string, error) {
	const inMemory = "/dev/shm"
	if dir, err := os.MkdirTemp(inMemory, "chaos-"); err == nil {
		return dir, nil
	}
	return os.MkdirTemp("", "chaos-")
}

func (r *run) historyName() string { return filepath.Join(r.out, "history.jsonl") }

// collect puts the result together when everything has ended.
func (r *run) collect(out *result, took time.Duration) error {
	if err := r.hearLog(); err != nil {
		return err
	}
	if err := r.record.close(); err != nil {
		return err
	}
	history, err := readHistory(r.historyName())
	if err != nil {
		return err
	}
	out.options, out.plan, out.history, out.took = r.options, r.plan, history, took
	out.outsiders, out.tally = r.outsider, r.backend.counts()
	out.calls, out.failed = r.store.Counts()
	out.events, out.samples = r.events.all(), r.series.samples
	out.late = spreadOf(r.series.late)
	out.uids = map[string]bool{}
	for _, t := range r.tabs {
		out.uids[t.uid] = true
		if _, ended := t.idle(); ended != "" {
			out.ended = append(out.ended, t.name+": "+ended)
		}
	}
	return nil
}

// startBackend starts the database, the proxy before it, and the server.
func (r *run) startBackend(ctx context.Context, data string, log io.Writer) (err error) {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	r.backend = &backend{
		executable: executable, template: filepath.Join(r.root, "template.yaml"), broken: r.broken, seed: r.seed,
		engines: filepath.Join(r.root, ".local"), engine: localdb.Engine(os.Getenv(localdb.EngineVariable)), data: data, java: r.profile.java(), log: log,
	}
	if err := r.backend.startDatabase(ctx); err != nil {
		return err
	}
	if r.store, err = storeproxy.New(r.backend.databaseURL, r.seed); err != nil {
		return err
	}
	r.backend.store = r.store.URL
	if err := r.createTable(ctx); err != nil {
		return err
	}
	return r.backend.startServer(ctx)
}

// createTable makes the template's table.
func (r *run) createTable(ctx context.Context) error {
	t, err := template.Load(r.backend.template, template.Options{})
	if err != nil {
		return err
	}
	if len(t.Tables) != 1 {
		return errors.New("the template must have exactly one table")
	}
	return laptop.CreateTable(ctx, r.client(), t.Tables[0])
}

// client is the SDK on the database itself, past the failing proxy.
func (r *run) client() *dynamodb.Client {
	return dynamo.NewClient(aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(r.backend.databaseURL()),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
}

// leave ends every client and waits for that.
func (r *run) leave() {
	for _, t := range r.tabs {
		t.stop()
	}
	r.everyone.Wait()
}

// end ends the processes and proxies that are left, whatever has happened.
func (r *run) end() error {
	for _, t := range r.tabs {
		if t.network != nil { // nil: the run failed before
			t.network.Close()
		}
	}
	var err error
	if r.backend != nil {
		err = r.backend.stop()
	}
	if r.store != nil {
		r.store.Close()
	}
	return err
}
