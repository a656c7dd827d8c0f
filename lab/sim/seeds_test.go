//go:build !race

package sim_test

// fewSeeds is how many seeds a run of all tests has time for; make sim has more.
const fewSeeds = 20

const raceDetector = false
