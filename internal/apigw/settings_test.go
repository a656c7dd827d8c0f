package apigw_test

import (
	"strings"
	"testing"
	"time"

	"projectchat/internal/apigw"
)

func TestLoadSettings(t *testing.T) {
	const day = 24 * time.Hour
	tests := map[string]struct {
		table, days string
		retention   time.Duration
		wrong       string // the variable that the error names
	}{
		"no retention":    {"t", "", 0, ""},
		"0 days":          {"t", "0", 0, ""},
		"2 days":          {"t", "2", 2 * day, ""},
		"3650 days":       {"t", "3650", 3650 * day, ""},
		"no table":        {"", "2", 0, "TABLE_NAME"},
		"1 day":           {"t", "1", 0, "RETENTION_DAYS"},
		"3651 days":       {"t", "3651", 0, "RETENTION_DAYS"},
		"less than none":  {"t", "-1", 0, "RETENTION_DAYS"},
		"words":           {"t", "ten", 0, "RETENTION_DAYS"},
		"a fraction":      {"t", "2.5", 0, "RETENTION_DAYS"},
		"a blank":         {"t", " ", 0, "RETENTION_DAYS"},
		"beyond all days": {"t", "99999999999999999999", 0, "RETENTION_DAYS"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := apigw.LoadSettings(func(name string) string {
				return map[string]string{"TABLE_NAME": test.table, "RETENTION_DAYS": test.days, "METRICS_NAMESPACE": "m"}[name]
			})
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) || s != (apigw.Settings{}) {
					t.Errorf("got %+v, %v; want an error that names %s", s, err, test.wrong)
				}
				return
			}
			if err != nil || s.Table != test.table || s.Metrics != "m" || s.Retention != test.retention {
				t.Errorf("got %+v, %v", s, err)
			}
		})
	}
}
