package storeproxy

import (
	"encoding/binary"
	"hash/fnv"
	"net/http"
	"time"
)

// Fault is the fault of a request.
type Fault string

// The faults. "Before" is without the effect, "after" is with it.
const (
	Throttle  Fault = "throttle"   // before: ProvisionedThroughputExceededException
	Conflict  Fault = "conflict"   // before: another transaction holds the row
	Fail      Fault = "500"        // before: InternalServerError
	FailAfter Fault = "500-after"  // after: the same
	Lost      Fault = "lost"       // before: the connection is closed
	LostAfter Fault = "lost-after" // after: the same
	Hang      Fault = "hang"       // before: no answer until the caller gives up
	HangAfter Fault = "hang-after" // after: the same
	Late      Fault = "late"       // done, but later
)

// AllFaults are all faults, in the order in which the shares of [Faults] are laid out.
func AllFaults() []Fault {
	return []Fault{Throttle, Conflict, Fail, FailAfter, Lost, LostAfter, Hang, HangAfter, Late}
}

// Faults says which share of requests gets each fault, from 0 to 1, together at most 1. The
// seed and the request's number alone decide which request gets which.
type Faults struct {
	Share map[Fault]float64
	// Latest bounds how long Late takes; 0: 500 ms.
	Latest time.Duration
}

// Times multiplies every share.
func (f Faults) Times(factor float64) Faults {
	share := map[Fault]float64{}
	for fault, p := range f.Share {
		share[fault] = p * factor
	}
	f.Share = share
	return f
}

// draw returns the fault of the nth request, and how late a late one is.
func (f Faults) draw(seed, n uint64) (Fault, time.Duration) {
	x := fraction(seed, n, 1)
	for _, fault := range AllFaults() {
		p := f.Share[fault]
		if x < p {
			latest := f.Latest
			if latest == 0 {
				latest = 500 * time.Millisecond
			}
			return fault, time.Duration(fraction(seed, n, 2) * float64(latest))
		}
		x -= p
	}
	return "", 0
}

// fraction returns a number in [0,1) that is always the same for the same numbers.
func fraction(numbers ...uint64) float64 {
	h := fnv.New64a()
	binary.Write(h, binary.LittleEndian, numbers)
	x := h.Sum64()
	// FNV's high bits follow its last bytes too closely; this is SplitMix64's finish.
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>11) / (1 << 53)
}

// refusal is an error of DynamoDB.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
type refusal struct {
	status  int
	name    string
	message string
}

var refusals = map[Fault]refusal{
	Throttle: {http.StatusBadRequest, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "The level of configured provisioned throughput for the table was exceeded."},
	Conflict: {http.StatusBadRequest, "com.amazonaws.dynamodb.v20120810#TransactionConflictException", "Transaction is ongoing for the item"},
	Fail:     {http.StatusInternalServerError, "com.amazonaws.dynamodb.v20120810#InternalServerError", "Internal server error"},
}

func (no refusal) writeTo(w http.ResponseWriter, operation string) {
	body := `{"__type":"` + no.name + `","message":"` + no.message + `"}`
	if no == refusals[Conflict] && operation == "TransactWriteItems" {
		body = `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",` +
			`"Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]",` +
			`"CancellationReasons":[{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"},{"Code":"None"}]}`
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(no.status)
	w.Write([]byte(body))
}
