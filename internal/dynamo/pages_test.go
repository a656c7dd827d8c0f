package dynamo

import (
	"strings"
	"testing"
	"time"

	"projectchat/internal/chat"
)

// The real table ends a page at 1 MB, which a directory or a sample rarely has,
// so these tests use canned answers.

func line(key string) string {
	return `{"pk":{"S":"ROOMS"},"sk":{"S":"` + key + `"},"title":{"S":"` + key + `"}}`
}

func page(more bool, items ...string) answer {
	last := ""
	if more {
		last = `,"LastEvaluatedKey":{"pk":{"S":"p"},"sk":{"S":"s"}}`
	}
	return answer{200, `{"Items":[` + strings.Join(items, ",") + `]` + last + `}`}
}

func TestDirectoryInPages(t *testing.T) {
	record := &recorder{next: &answers{list: []answer{
		page(true, line("a"), line("b")), page(true), page(true, line("c"), line("d")),
	}}}
	rooms, more, err := cannedStore(t, record).Rooms(t.Context(), "", 3)
	if err != nil || !more || len(rooms) != 3 || rooms[2].Key != "c" {
		t.Errorf("got %v, more %v, error %v", rooms, more, err)
	}
	requests := record.take()
	if len(requests) != 3 || requests[2].body["ExclusiveStartKey"] == nil || requests[2].body["Limit"] != 2.0 {
		t.Errorf("requests: %v", requests)
	}
}

func TestSampleOfAFullPage(t *testing.T) {
	id := "c1"
	position := chat.RingPosition(id)
	row := `{"sk":{"S":"` + ringSK(position) + `#` + id + `"},"expires":{"N":"99999999999"}}`
	s := cannedStore(t, &answers{list: []answer{page(true, row)}})
	sample, err := s.SampleSeats(t.Context(), "r", position-9, 5, true)
	if err != nil || sample.Whole || len(sample.Seats) != 1 {
		t.Fatalf("got %+v, %v", sample, err)
	}
	if want := 10.0 / (1 << 32); sample.Share != want {
		t.Errorf("share %v, want %v", sample.Share, want)
	}
}

func TestSeatsFailInTheMiddle(t *testing.T) {
	s := cannedStore(t, &answers{list: []answer{page(true), failure(400, "AccessDeniedException", "")}})
	if seats, err := s.Seats(t.Context(), "r"); err == nil {
		t.Errorf("half a room is given as a whole: %v", seats)
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2026, 11, 24, 1, 2, 3, 999_999_999, time.FixedZone("", 3600))
	for _, test := range []struct {
		name      string
		got, want time.Time
	}{
		{"seconds", secondsOf(seconds(at)), time.Date(2026, 11, 24, 0, 2, 3, 0, time.UTC)},
		{"milliseconds", millisOf(millis(at)), time.Date(2026, 11, 24, 0, 2, 3, 999_000_000, time.UTC)},
		{"no seconds", secondsOf(nil), time.Time{}},
		{"no milliseconds", millisOf(nil), time.Time{}},
	} {
		if !test.got.Equal(test.want) || test.got.Location() != time.UTC {
			t.Errorf("%s: got %v, want %v", test.name, test.got, test.want)
		}
	}
}
