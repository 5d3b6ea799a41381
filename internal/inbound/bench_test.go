package inbound_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"switchboard/internal/store/storetest"
)

// BenchmarkReceive keeps messages of 500 customers who are talked with already, 128 calls at once: the way
// in without HTTP and screens.
func BenchmarkReceive(b *testing.B) {
	for name, open := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			h := newHouse(b, open(b))
			const customers = 500
			from := func(i int64) string { return fmt.Sprintf("+1555%07d", i%customers) }
			for i := range int64(customers) {
				if err := h.receive(text(from(i), fmt.Sprint("wamid.first.", i), "Good morning, is my order on its way?")); err != nil {
					b.Fatal(err)
				}
			}
			var n atomic.Int64
			b.SetParallelism(64)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1)
					if err := h.receive(text(from(i), fmt.Sprint("wamid.", i), fmt.Sprintf("Message %d: the parcel has not come yet, where is it now?", i))); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
		})
	}
}
