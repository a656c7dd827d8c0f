package apigw

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// metric is one metric of a line. Its value is written as it is.
type metric struct{ name, unit, value string }

// metrics returns the metrics that have something to say. They have no
// dimensions: each dimension would make (and bill) metrics of its own.
func (t *tally) metrics() []metric {
	all := make([]metric, 0, 10)
	count := func(name string, n int64) {
		if n != 0 {
			all = append(all, metric{name, "Count", strconv.FormatInt(n, 10)})
		}
	}
	took := func(name string, d time.Duration) {
		all = append(all, metric{name, "Milliseconds", strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', -1, 64)})
	}
	c := t.counts
	count("Sends", c.sends)
	count("Repeats", c.repeats)
	count("LostSlots", c.lostSlots)
	count("Deliveries", c.deliveries)
	count("GonePosts", c.gone)
	count("FailedPosts", c.failed)
	count("UnsentPosts", c.unsent)
	if c.sends+c.repeats > 0 {
		took("AppendTime", t.appended)
	}
	if t.timed {
		took("FanOutTime", t.fanOut)
	}
	return all
}

// line returns the line of a request in the embedded metric format:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
//
// Refused has the dimension Code, from the closed list. The other properties
// (route, reqId, trace, epoch, seq) are for searching and make no metrics.
func (m *Metrics) line(t *tally, route, requestID, trace string) []byte {
	all := t.metrics()
	b := make([]byte, 0, 1024)
	b = append(b, `{"_aws":{"Timestamp":`...)
	b = strconv.AppendInt(b, m.now().UnixMilli(), 10)
	b = append(b, `,"CloudWatchMetrics":[`...)
	if len(all) > 0 {
		b = m.directive(b, `[]`, all...)
	}
	if t.code != "" {
		if len(all) > 0 {
			b = append(b, ',')
		}
		refused := metric{"Refused", "Count", "1"}
		b = m.directive(b, `["Code"]`, refused)
		all = append(all, refused)
	}
	b = append(b, `]}`...)
	for _, one := range all {
		b = member(b, one.name)
		b = append(b, one.value...)
	}
	for _, property := range [...]struct{ name, value string }{
		{"Code", string(t.code)}, {"route", route}, {"reqId", requestID}, {"trace", trace}, {"epoch", t.epoch},
	} {
		if property.value != "" {
			b = member(b, property.name)
			b = quote(b, property.value)
		}
	}
	if t.epoch != "" {
		b = member(b, "seq")
		b = strconv.AppendInt(b, t.seq, 10)
	}
	return append(b, "}\n"...)
}

// directive appends the metadata that says which fields of the line are
// metrics.
func (m *Metrics) directive(b []byte, dimensions string, metrics ...metric) []byte {
	b = append(b, `{"Namespace":`...)
	b = quote(b, m.namespace)
	b = append(b, `,"Dimensions":[`...)
	b = append(b, dimensions...)
	b = append(b, `],"Metrics":[`...)
	for i, one := range metrics {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"Name":"`...)
		b = append(b, one.name...)
		b = append(b, `","Unit":"`...)
		b = append(b, one.unit...)
		b = append(b, `"}`...)
	}
	return append(b, `]}`...)
}

func member(b []byte, name string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	return append(b, `":`...)
}

// quote appends a JSON string. AppendQuote reports only invalid UTF-8, which it
// replaces.
func quote(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}
