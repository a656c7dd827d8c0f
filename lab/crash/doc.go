// Package crash lets each of the functions die, or hang, at every one of its
// steps, be it a call of the store or a post, before the step has its effect and
// after, and then asks again as a client would. What must hold afterwards is
// in its tests.
package crash
