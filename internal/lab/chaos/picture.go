package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"projectchat/internal/lab/netproxy"
	"projectchat/internal/lab/storeproxy"
)

//go:embed picture.html
var pictureHTML string

// picture is what the page shows.
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

// dots are the moments of one kind of thing.
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

// writePicture writes the run as one HTML file that needs no other.
func writePicture(name string, r *result, table []verdict, f *figures) error {
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

// chart places things over time.
type chart struct {
	r         *result
	from, end time.Duration
	y         float64
	pict      *picture
}

func draw(r *result, table []verdict, f *figures) *picture {
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
	c.lane("posts that went wrong, a second",
		curve{"p99", "faults", c.rate(func(s sample) int { return outcomes(s.tally, "fault post-") }), false},
		curve{"p50", "truly gone (410)", c.rate(func(s sample) int { return s.tally["@connections 410"] + s.tally["POST @connections 410"] }), false},
		curve{"store", "not read (429)", c.rate(func(s sample) int { return s.tally["POST @connections 429 unread"] }), false})
	p.Height = c.y
	return p
}

func total(m map[storeproxy.Fault]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

// outcomes counts the outcomes whose names hold a text.
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

// time draws the axis, the parts of the run, and when processes were dead.
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

// steps are round numbers from 0 to most, about so many.
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

// point is a value at a time.
type point struct {
	at    time.Duration
	value float64
}

type curve struct {
	kind, label string
	points      []point
	area        bool
}

// lane draws lines with one scale.
func (c *chart) lane(title string, curves ...curve) {
	most := 1.0
	for _, curve := range curves {
		for _, p := range curve.points {
			most = max(most, p.value)
		}
	}
	l := lane{Y: c.y, H: laneHeight, Title: title, Bottom: c.y + laneHeight}
	height := func(v float64) float64 { return l.Bottom - v/most*laneHeight }
	for _, v := range steps(most, 3) {
		l.Scale = append(l.Scale, tick{height(v), fmt.Sprintf("%g", v)})
	}
	for _, curve := range curves {
		l.Lines = append(l.Lines, line{curve.kind, curve.label, c.path(curve, l.Bottom, height), curve.area})
	}
	c.pict.Lanes = append(c.pict.Lanes, l)
	c.y += laneHeight + laneGap
}

func (c *chart) path(curve curve, bottom float64, height func(float64) float64) string {
	if len(curve.points) == 0 {
		return ""
	}
	var d strings.Builder
	for i, p := range curve.points {
		fmt.Fprintf(&d, "%c%.1f %.1f", "ML"[min(i, 1)], c.x(p.at), height(p.value))
	}
	if curve.area {
		fmt.Fprintf(&d, "L%.1f %.1fL%.1f %.1fZ", c.x(curve.points[len(curve.points)-1].at), bottom, c.x(curve.points[0].at), bottom)
	}
	return d.String()
}

// bucket is the time over which rates and shares are taken: a two-hundredth of
// the run, and at least a second.
func (c *chart) bucket() time.Duration { return max(time.Second, c.end/200) }

func (c *chart) values(of func(sample) float64) (points []point) {
	for _, s := range c.thinned() {
		points = append(points, point{s.at, of(s)})
	}
	return points
}

func (c *chart) rate(of func(sample) int) (points []point) {
	samples := c.thinned()
	for i, s := range samples[min(1, len(samples)):] {
		before := samples[i]
		points = append(points, point{s.at, max(0, float64(of(s)-of(before))/(s.at-before.at).Seconds())})
	}
	return points
}

// thinned gives one sample for each bucket.
func (c *chart) thinned() (list []sample) {
	for _, s := range c.r.samples {
		if s.at < c.from {
			continue
		}
		if len(list) == 0 || s.at-list[len(list)-1].at >= c.bucket() {
			list = append(list, s)
		}
	}
	return list
}

// latency is a percentile of what began in each bucket, in milliseconds.
func (c *chart) latency(timings []timing, percent int) (points []point) {
	buckets := map[int][]time.Duration{}
	for _, t := range timings {
		i := int(t.at / c.bucket())
		buckets[i] = append(buckets[i], t.took)
	}
	for i := range int(c.end/c.bucket()) + 1 {
		took := buckets[i]
		if len(took) == 0 || time.Duration(i)*c.bucket() < c.from {
			continue
		}
		slices.Sort(took)
		at := (len(took)*percent + 99) / 100
		points = append(points, point{time.Duration(i) * c.bucket(), float64(took[max(at, 1)-1].Milliseconds())})
	}
	return points
}

// happenings draws what was done to connections and processes, a row for each
// kind.
func (c *chart) happenings() {
	kinds := []string{
		string(netproxy.Reset), string(netproxy.Finish), string(netproxy.Silence), stall, reload, storm, brownout, killServer, killDatabase,
	}
	l := lane{Y: c.y, Title: "what was broken"}
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
