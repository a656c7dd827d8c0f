//go:build race

package sim_test

// fewSeeds: a seed is one run whether or not it is watched for races, but takes
// seven times as long.
const fewSeeds = 8

const raceDetector = true
