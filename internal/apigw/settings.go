package apigw

import (
	"fmt"
	"strconv"
	"time"
)

// Settings are the environment variables that template.yaml sets for a
// function, except those that the AWS SDK reads itself.
type Settings struct {
	Table     string
	Retention time.Duration // 0: messages are kept for ever
	// Metrics is the namespace of the function's metrics in CloudWatch; "": none.
	Metrics string
}

// minRetention is the shortest retention. A sender may look back over rows for
// as long as an entry may wait in an outbox (24 h), and TTL deletes rows in any
// order.
const minRetention = 2 * 24 * time.Hour

// LoadSettings reads TABLE_NAME, RETENTION_DAYS and METRICS_NAMESPACE. An error
// names the variable.
func LoadSettings(getenv func(string) string) (Settings, error) {
	s := Settings{Table: getenv("TABLE_NAME"), Metrics: getenv("METRICS_NAMESPACE")}
	if s.Table == "" {
		return Settings{}, fmt.Errorf("TABLE_NAME is not set")
	}
	days := getenv("RETENTION_DAYS")
	if days == "" {
		return s, nil
	}
	n, err := strconv.Atoi(days)
	if err != nil || n < 0 || n > 3650 {
		return Settings{}, fmt.Errorf("RETENTION_DAYS: %q is not a number of days from 0 to 3650", days)
	}
	s.Retention = time.Duration(n) * 24 * time.Hour
	if n > 0 && s.Retention < minRetention {
		return Settings{}, fmt.Errorf("RETENTION_DAYS: %d is too short, the shortest is 2", n)
	}
	return s, nil
}
