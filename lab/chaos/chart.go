package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

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

// bucket is the time over which rates and shares are taken: a two-hundredth of the run, and
// at least a second.
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

// thinned returns one sample for each bucket.
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

// latency returns a percentile of the timings that began in each bucket, in milliseconds.
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
