//go:build !race

package sim_test

// fewSeeds is the number of seeds in a run of all tests; make sim runs more.
const fewSeeds = 20

const raceDetector = false
