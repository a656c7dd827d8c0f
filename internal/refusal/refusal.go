// Package refusal has the errors that cross the packages of rules: the closed
// list that a client is told, and the few outcomes that a store answers.
package refusal

import (
	"errors"
	"fmt"
	"time"
)

// Code says what went wrong, from a closed list that clients may rely on.
type Code string

// The closed list. See docs/frames.md for what a client does about each.
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

// Error is what a client is told: a code, and a text for people that is not
// part of the protocol. Every other error is [Internal] to a client, and its
// text goes to the log only.
type Error struct {
	Code       Code
	Message    string
	RetryAfter time.Duration // 0: nothing is known
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// Temporary tells whether the same request can succeed later.
func (c Code) Temporary() bool {
	return c == RateLimited || c == Internal || c == Busy
}

// Errorf makes an [Error].
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// AsError gives the [Error] that a client is to see for err: the one within it,
// [Busy] for a store that refuses, [Internal] for everything else.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, ErrBusy) {
		return &Error{Code: Busy, Message: "The server is busy. Try again.", RetryAfter: time.Second}
	}
	return &Error{Code: Internal, Message: "Something went wrong on the server."}
}

// Outcomes of a store's operation. Any other error means that nothing is known
// of the outcome.
var (
	// ErrNotFound: the row is not there, or has expired.
	ErrNotFound = errors.New("not found")
	// ErrTaken: the condition of a write failed, because somebody else was first.
	ErrTaken = errors.New("taken")
	// ErrBusy: the store refuses for now (throttled, or another transaction holds
	// the row). For a put of a log row it is an unknown outcome like any other.
	ErrBusy = errors.New("the store is busy")
)
