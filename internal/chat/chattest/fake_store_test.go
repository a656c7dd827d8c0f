package chattest

import (
	"testing"
	"time"
)

func TestStoreConforms(t *testing.T) {
	StoreConformance(t, func(t *testing.T, now func() time.Time) Backend { return NewStore(now) })
}

func TestFaultyWithoutFaultsConforms(t *testing.T) {
	StoreConformance(t, func(t *testing.T, now func() time.Time) Backend {
		return NewFaulty(NewStore(now), func(Call) Fault { return Fault{} })
	})
}
