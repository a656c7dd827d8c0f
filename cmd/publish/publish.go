package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// grace is how long a file stays that the page no longer has. A page that was
// opened before loads parts of itself only when it needs them.
const grace = 24 * time.Hour

// ledger is the object that has the files that are no longer part of the page,
// and since when. Its address leads visitors to the page (see template.yaml,
// PageAddress).
const ledger = "published/obsolete.json"

// publish makes the bucket hold the files: uploads, then removals, then the
// invalidation. It stops at the first error; the next run goes on from there.
func publish(ctx context.Context, r *remote, files map[string]file, now time.Time, say func(string, ...any)) error {
	there, err := r.list(ctx)
	if err != nil {
		return err
	}
	_, noted := there[ledger]
	delete(there, ledger)
	stale := []string{}
	for _, keys := range uploads(files, there) {
		batch := map[string]file{}
		for _, key := range keys {
			batch[key] = files[key]
			if !hashed(key) {
				stale = append(stale, key)
			}
		}
		if err := r.put(ctx, batch); err != nil {
			return err
		}
		say("uploaded %s", strings.Join(keys, " "))
	}
	removed, err := r.sweep(ctx, there, files, noted, now, say)
	if err != nil {
		return err
	}
	stale = append(stale, removed...)
	if len(stale) == 0 {
		say("the page is as it was")
		return nil
	}
	return r.invalidate(ctx, stale)
}

// uploads returns the files that differ from the bucket's, in an order in which
// a file comes before the files that load it: hashed files, then others, then
// the page. Files of one kind are together.
func uploads(files map[string]file, there map[string]string) (batches [][]string) {
	rank := func(key string) int {
		switch {
		case key == index:
			return 2
		case hashed(key):
			return 0
		}
		return 1
	}
	apart := func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(files[a].kind(), files[b].kind()))
	}
	keys := slices.SortedFunc(maps.Keys(files), func(a, b string) int { return cmp.Or(apart(a, b), cmp.Compare(a, b)) })
	for _, key := range keys {
		if there[key] == files[key].etag {
			continue
		}
		if last := len(batches) - 1; last >= 0 && apart(batches[last][0], key) == 0 {
			batches[last] = append(batches[last], key)
			continue
		}
		batches = append(batches, []string{key})
	}
	return batches
}

// sweep deletes files that have not been part of the page for the time of
// grace, and records the others. It returns the deleted files that caches may
// hold.
func (r *remote) sweep(ctx context.Context, there map[string]string, files map[string]file, noted bool, now time.Time, say func(string, ...any)) ([]string, error) {
	before := map[string]time.Time{}
	if noted {
		var err error
		if before, err = r.readLedger(ctx); err != nil {
			return nil, err
		}
	}
	after, removed := map[string]time.Time{}, []string{}
	for _, key := range slices.Sorted(maps.Keys(there)) {
		if _, current := files[key]; current {
			continue
		}
		since, known := before[key]
		if !known {
			since = now
		}
		if now.Sub(since) < grace {
			after[key] = since
			continue
		}
		if err := r.remove(ctx, key); err != nil {
			return nil, err
		}
		say("removed %s", key)
		if !hashed(key) {
			removed = append(removed, key)
		}
	}
	if maps.EqualFunc(before, after, time.Time.Equal) {
		return removed, nil
	}
	if err := r.writeLedger(ctx, after); err != nil {
		return nil, fmt.Errorf("write the list of obsolete files: %w", err)
	}
	return removed, nil
}
