package journal_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"op25b/journal"
)

// BenchmarkWrite is rows on disk a second, by how many devices write at once.
func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 20, 200, 500} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			j := open(b, filepath.Join(b.TempDir(), "j.db"))
			run := begin(b, j, paper("a"))
			rows := make(chan journal.Row)
			var wg sync.WaitGroup
			b.ResetTimer()
			for range writers {
				wg.Go(func() {
					for r := range rows {
						if _, err := j.Write(r); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for n := range b.N {
				rows <- row(run.ID, n)
			}
			close(rows)
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			if err := j.Verify(run.ID); err != nil {
				b.Error(err)
			}
		})
	}
}

// BenchmarkVerify is a run of 10,000 rows, verified.
func BenchmarkVerify(b *testing.B) {
	j := open(b, filepath.Join(b.TempDir(), "j.db"))
	run := begin(b, j, paper("a"))
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			for n := range 100 {
				if _, err := j.Write(row(run.ID, n)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for b.Loop() {
		if err := j.Verify(run.ID); err != nil {
			b.Fatal(err)
		}
	}
}
