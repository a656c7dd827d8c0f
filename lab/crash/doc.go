// Package crash lets each function die, or hang, at every one of its steps, before the step
// has its effect and after. A step is a call of the store or a post. Then it asks again as a
// client would. Its tests have the promises that must hold afterwards.
package crash
