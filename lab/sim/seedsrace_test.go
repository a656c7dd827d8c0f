//go:build race

package sim_test

// fewSeeds is smaller here: the race detector makes a seed take seven times as long, and the
// run stays the same.
const fewSeeds = 8

const raceDetector = true
