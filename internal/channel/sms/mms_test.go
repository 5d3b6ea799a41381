package sms

import "testing"

func TestPictureMax(t *testing.T) {
	for carrier, want := range map[string]int64{
		"": 512_000, "Some Regional Wireless": 512_000, "United States Cellular Corp.": 512_000, "US Cellular": 512_000,
		"AT&T Wireless": 1 << 20, "T-Mobile USA, Inc.": 1 << 20, "Verizon Wireless": 1_228_800, "Sprint Spectrum, L.P.": 2 << 20,
	} {
		if got := PictureMax(carrier); got != want {
			t.Errorf("%q takes %d, want %d", carrier, got, want)
		}
	}
}
