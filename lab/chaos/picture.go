package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"os"
	"strings"
	"time"

	"projectchat/lab/netproxy"
)

//go:embed picture.html
var pictureHTML string

// picture is the data of the page.
type picture struct {
	Heading  string
	Width    float64
	Height   float64
	Left     float64
	Phases   []band
	Downs    []band
	Lanes    []lane
	Ticks    []tick
	Verdicts []verdict
	Held     bool
}

// band is a span of time, from X on.
type band struct {
	X, W  float64
	Y     float64 // of the label
	Label string
	Kind  string
}

// lane is one row of the picture: lines over time, or dots in rows.
type lane struct {
	Y, H   float64
	Title  string
	Lines  []line
	Rows   []dots
	Scale  []tick // at the left
	Bottom float64
}

type line struct {
	Kind, Label string
	Path        string
	Area        bool
}

// dots are the times of one kind of event.
type dots struct {
	Y     float64
	Label string
	Kind  string
	At    []dot
}

type dot struct {
	X, W float64
	Tip  string
}

type tick struct {
	At    float64
	Label string
}

const (
	pictureWidth = 1180
	pictureLeft  = 190
	laneHeight   = 84
	laneGap      = 44
	rowHeight    = 17
	top          = 66
)

// The template reads a verdict by its methods.
func (v verdict) Name() string    { return v.name }
func (v verdict) Meaning() string { return v.meaning }
func (v verdict) Found() string   { return v.found }
func (v verdict) Allowed() string { return v.allowed }
func (v verdict) OK() bool        { return v.ok }

// writePicture writes the run as one HTML file that loads no other.
func writePicture(name string, r *result, table []verdict, f *measures) error {
	page, err := template.New("run").Parse(pictureHTML)
	if err != nil {
		return fmt.Errorf("picture: %w", err)
	}
	var text strings.Builder
	if err := page.Execute(&text, draw(r, table, f)); err != nil {
		return fmt.Errorf("picture: %w", err)
	}
	return os.WriteFile(name, []byte(text.String()), 0o644)
}

// chart turns times and values into places.
type chart struct {
	r         *result
	from, end time.Duration
	y         float64
	pict      *picture
}

func draw(r *result, table []verdict, f *measures) *picture {
	p := &picture{Heading: r.heading(), Width: pictureWidth, Left: pictureLeft, Verdicts: table, Held: held(table)}
	c := &chart{r: r, y: top, pict: p, end: time.Second}
	if n := len(r.samples); n > 0 {
		c.end = r.samples[n-1].at
	}
	if len(r.phases) > 0 {
		c.from = r.phases[0].from // before it people sign in
	}
	c.time()
	acked, shown := c.rate(func(s sample) int { return s.acked }), c.rate(func(s sample) int { return s.shown })
	c.lane("messages acknowledged, a second", curve{"acked", "acknowledged", acked, true})
	c.lane("rows shown by all clients, a second", curve{"shown", "shown", shown, true})
	c.lane("time to acknowledgement, ms", curve{"p99", "p99", c.latency(f.acks, 99), false}, curve{"p50", "p50", c.latency(f.acks, 50), false})
	c.lane("time until shown to others, ms", curve{"p99", "p99", c.latency(f.shows, 99), false}, curve{"p50", "p50", c.latency(f.shows, 50), false})
	c.lane("clients that are live", curve{"live", "live", c.values(func(s sample) float64 { return float64(s.live) }), true})
	c.lane("new connections, a second", curve{"dials", "connections", c.rate(func(s sample) int { return s.dials }), true})
	c.happenings()
	c.lane("failed store calls, a second", curve{"store", "failed calls", c.rate(func(s sample) int { return total(s.store) }), true})
	c.lane("failed posts, a second",
		curve{"p99", "faults", c.rate(func(s sample) int { return outcomes(s.tally, "fault post-") }), false},
		curve{"p50", "truly gone (410)", c.rate(func(s sample) int { return s.tally["@connections 410"] + s.tally["POST @connections 410"] }), false},
		curve{"store", "not read (429)", c.rate(func(s sample) int { return s.tally["POST @connections 429 unread"] }), false})
	p.Height = c.y
	return p
}

func total[K comparable](m map[K]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

// outcomes counts the outcomes whose names contain a text.
func outcomes(m map[string]int, part string) (n int) {
	for name, v := range m {
		if strings.Contains(name, part) {
			n += v
		}
	}
	return n
}

func (c *chart) x(at time.Duration) float64 {
	return pictureLeft + float64(at-c.from)/float64(c.end-c.from)*(pictureWidth-pictureLeft-12)
}

// time draws the axis, the parts of the run, and the times in which processes were dead.
func (c *chart) time() {
	for _, s := range c.r.phases {
		if s.to-s.from > c.end/200 {
			// Labels of short parts would overlap on one line.
			y := 14 + 14*float64(len(c.pict.Phases)%2)
			c.pict.Phases = append(c.pict.Phases, band{X: c.x(s.from), W: c.x(s.to) - c.x(s.from), Y: y, Label: s.name})
		}
	}
	for _, e := range c.r.events {
		switch e.what {
		case killServer, killDatabase, brownout, storm:
			c.pict.Downs = append(c.pict.Downs, band{X: c.x(e.at), W: max(2, c.x(e.at+e.long)-c.x(e.at)), Label: e.what, Kind: kindOf(e.what)})
		}
	}
	for _, at := range steps((c.end - c.from).Seconds(), 10) {
		c.pict.Ticks = append(c.pict.Ticks, tick{c.x(c.from + time.Duration(at*float64(time.Second))), fmt.Sprintf("%g s", at)})
	}
}

func kindOf(what string) string {
	switch what {
	case killServer, killDatabase:
		return "kill"
	case brownout:
		return "brownout"
	}
	return "storm"
}

// steps returns about this many round numbers from 0 to most.
func steps(most float64, about int) (list []float64) {
	if most <= 0 {
		return []float64{0}
	}
	raw := most / float64(about)
	size := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, factor := range []float64{2, 2.5, 2} {
		if size < raw {
			size *= factor
		}
	}
	for at := 0.0; at <= most; at += size {
		list = append(list, at)
	}
	return list
}

// happenings draws the faults of connections and processes, a row for each kind.
func (c *chart) happenings() {
	kinds := []string{
		string(netproxy.Reset), string(netproxy.Finish), string(netproxy.Silence), stall, reload, storm, brownout, killServer, killDatabase,
	}
	l := lane{Y: c.y, Title: "faults"}
	for i, kind := range kinds {
		row := dots{Y: c.y + rowHeight*(float64(i)+0.5), Label: kind, Kind: "row" + fmt.Sprint(i)}
		for _, e := range c.r.events {
			if e.what == kind {
				row.At = append(row.At, dot{c.x(e.at), max(2.5, c.x(e.at+e.long)-c.x(e.at)), fmt.Sprintf("%s at %s", kind, brief(e.at))})
			}
		}
		l.Rows = append(l.Rows, row)
	}
	l.H = rowHeight * float64(len(kinds))
	l.Bottom = l.Y + l.H
	c.pict.Lanes = append(c.pict.Lanes, l)
	c.y += l.H + laneGap
}
