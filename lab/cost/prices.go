package main

import "math"

// price is a price in US dollars for per units, without the first units that are free in each
// month: list, us-east-1.
type price struct {
	dollars, per, free float64
	source             string
}

type pricing struct {
	message, minute, request, invocation, gbSecond, write, read, storage, transfer, viewer, log price
	sendMB                                                                                      int // memory of the function that sends
}

// ours are the prices of this chat. They leave out the free tier of the first twelve months.
var ours = pricing{
	message:    price{1.00, 1e6, 0, "aws.amazon.com/api-gateway/pricing, by amnic.com and awsforengineers.com, 2026-11: first 1 B; metered in 32 KB"},
	minute:     price{0.25, 1e6, 0, "the same"},
	request:    price{1.00, 1e6, 0, "the same: HTTP API, first 300 M; metered in 512 KB"},
	invocation: price{0.20, 1e6, 1e6, "aws.amazon.com/lambda/pricing; 1 M a month are free"},
	gbSecond:   price{0.0000133334, 1, 400_000, "the same, arm64; 400,000 a month are free"},
	write:      price{0.625, 1e6, 0, "DynamoDB on demand since November 2024, by airbyte.com, 2026"},
	read:       price{0.125, 1e6, 0, "the same"},
	storage:    price{0.25, 1, 25, "aws.amazon.com/dynamodb/pricing; 25 GB are free"},
	transfer:   price{0.085, 1, 1000, "aws.amazon.com/cloudfront/pricing, 2026-11: North America and Europe; 1 TB a month is free"},
	viewer:     price{0.01, 1e4, 10e6, "the same, by wring.co; 10 M a month are free"},
	log:        price{0.50, 1, 5, "aws.amazon.com/cloudwatch/pricing, by factualminds.com, 2026-06; 5 GB a month are free"},
	sendMB:     512,
}

// samples are those of AWS's sample: as it is, on x86_64 and with 256 MB.
var samples = func() pricing {
	p := ours
	p.gbSecond = price{0.0000166667, 1, 400_000, "aws.amazon.com/lambda/pricing, x86_64"}
	p.sendMB = 256
	return p
}()

// These are estimates, not counts, each on the dear side.
const (
	dynamoMS = 4.0    // of a call of DynamoDB; all of them as if one came after the other
	postMS   = 12.0   // of a post to @connections
	postCPU  = 0.15   // ms of a whole processor for a post through the SDK
	atOnce   = 64     // posts that are under way at the same time
	fullMB   = 1769.0 // memory at which a function has a whole processor

	rowBytes      = 500     // of a row of the log with its text and DynamoDB's own 100
	pageBytes     = 200_000 // that a page costs a person in a day; the browser keeps most of it
	pageRequests  = 12
	platformBytes = 1_100 // Lambda's own lines of an invocation, and API Gateway's
)

// milliseconds returns the billed time of an invocation with these units.
func (u units) milliseconds(mb int, sequential bool) float64 {
	waves := math.Ceil(u.Posts / atOnce)
	if sequential {
		waves = u.Posts
	}
	waiting := u.Calls*dynamoMS + waves*postMS
	working := u.Posts * postCPU * fullMB / float64(mb)
	if sequential {
		return u.Invocations + waiting + working
	}
	return u.Invocations + max(waiting, u.Calls*dynamoMS+working)
}
