// Package refusal has the errors that cross package boundaries: the closed list
// of errors that a client is told, and the few outcomes of a store's operation.
package refusal

import (
	"errors"
	"fmt"
	"time"
)

// Code says what went wrong. Clients may rely on the closed list of codes.
type Code string

// The closed list. docs/frames.md says what a client does about each.
const (
	BadRequest   Code = "bad_request"
	Unauthorized Code = "unauthorized"
	Forbidden    Code = "forbidden"
	NotFound     Code = "not_found"
	NotJoined    Code = "not_joined"
	CIDConflict  Code = "cid_conflict"
	Behind       Code = "behind" // more than one read lies after since: catch up first
	Reset        Code = "reset"  // since cannot be continued: join again without it
	NameTaken    Code = "name_taken"
	TooLarge     Code = "too_large"
	RateLimited  Code = "rate_limited"
	Internal     Code = "internal"
	Busy         Code = "busy"
)

// Error is an error that a client is told: a code, and a text for people that
// is not part of the protocol. A client sees every other error as [Internal];
// its text goes to the log only.
type Error struct {
	Code       Code
	Message    string
	RetryAfter time.Duration // 0: unknown
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// Temporary reports whether the same request can succeed later.
func (c Code) Temporary() bool {
	return c == RateLimited || c == Internal || c == Busy
}

// Errorf makes an [Error].
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Is reports whether err wraps an [Error] with the code.
func Is(err error, code Code) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}

// AsError returns the [Error] that a client sees for err: the one that err
// wraps, [Busy] for [ErrBusy], and [Internal] for everything else.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, ErrBusy) {
		return &Error{Code: Busy, Message: "The server is busy. Try again.", RetryAfter: time.Second}
	}
	return &Error{Code: Internal, Message: "Something went wrong on the server."}
}

// Outcomes of a store's operation. Any other error means that the outcome is
// unknown.
var (
	// ErrNotFound: the row is not there or has expired.
	ErrNotFound = errors.New("not found")
	// ErrTaken: the condition of a write failed because another request was first.
	ErrTaken = errors.New("taken")
	// ErrBusy: the store refuses for now (throttled, or another transaction holds
	// the row). After a put of a log row the outcome is unknown, as after any
	// other error.
	ErrBusy = errors.New("the store is busy")
)
