package phone

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
)

// Weekday by its English name in small letters.
type Weekday string

// Weekdays begin with Monday.
func Weekdays() []Weekday {
	return []Weekday{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
}

// Hours in which a business may begin to write, by the recipient's clock.
type Hours struct {
	Days     []Day    `json:"days" maxItems:"7" doc:"a line for each day of the week on which a business may write; days without one are closed"`
	ClosedOn []string `json:"closed_on" maxItems:"100" doc:"public holidays and the like: 12-25 for each year, 2027-03-29 for one"`
}

// Day of the week with its hours, as "09:00". To is not within, and may be "24:00".
type Day struct {
	Day  Weekday `json:"day" enum:"monday,tuesday,wednesday,thursday,friday,saturday,sunday"`
	From string  `json:"from" doc:"such as 09:00"`
	To   string  `json:"to" doc:"such as 20:00, until 24:00"`
}

// Clock reads "09:30" as minutes of the day. 24:00 is the last.
func Clock(text string) (minutes int, ok bool) {
	hour, minute, found := strings.Cut(text, ":")
	h, err1 := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(minute)
	minutes = 60*h + m
	ok = found && len(hour) == 2 && len(minute) == 2 && err1 == nil && err2 == nil && h >= 0 && m >= 0 && m < 60 && minutes <= 24*60
	return minutes, ok
}

// on is the minutes of the day from and to which a date is open.
func (h Hours) on(date time.Time) (from, to int, open bool) {
	if slices.Contains(h.ClosedOn, date.Format("01-02")) || slices.Contains(h.ClosedOn, date.Format(time.DateOnly)) {
		return 0, 0, false
	}
	name := Weekday(strings.ToLower(date.Weekday().String()))
	for _, d := range h.Days {
		if d.Day == name {
			from, _ = Clock(d.From)
			to, _ = Clock(d.To)
			return from, to, true
		}
	}
	return 0, 0, false
}

// Within reports whether a moment is within the hours at each of the places: a number's area may have
// several time zones, and nobody knows in which its owner is.
func (h Hours) Within(at time.Time, places []*time.Location) bool {
	for _, p := range places {
		local := at.In(p)
		from, to, open := h.on(local)
		if minute := 60*local.Hour() + local.Minute(); !open || minute < from || minute >= to {
			return false
		}
	}
	return true
}

// horizon is how many days ahead the next opening is looked for.
const horizon = 62

// Next is the first moment from at on that is within the hours at each of the places; false when there
// is none within two months.
func (h Hours) Next(at time.Time, places []*time.Location) (time.Time, bool) {
	if h.Within(at, places) {
		return at, true
	}
	// All are open from the moment on at which the last of them opens.
	for day := range horizon {
		var first time.Time
		for _, p := range places {
			y, m, d := at.In(p).AddDate(0, 0, day).Date()
			from, _, open := h.on(time.Date(y, m, d, 12, 0, 0, 0, p))
			opens := time.Date(y, m, d, 0, from, 0, 0, p)
			if open && !opens.Before(at) && (first.IsZero() || opens.Before(first)) && h.Within(opens, places) {
				first = opens
			}
		}
		if !first.IsZero() {
			return first, true
		}
	}
	return time.Time{}, false
}

// Places are the time zones in which a number may be, those that keep the same time once; none when
// nothing is known. Its data is read at the first call: 200 KB in 2 ms.
func Places(address string, at time.Time) []*time.Location {
	number, err := phonenumbers.Parse(address, "")
	if err != nil {
		return nil
	}
	names, err := phonenumbers.GetTimezonesForNumber(number)
	if err != nil {
		return nil
	}
	var places []*time.Location
	var kept [][2]int
	for _, name := range names {
		zone, err := time.LoadLocation(name)
		if name == phonenumbers.UNKNOWN_TIMEZONE || err != nil {
			continue
		}
		_, now := at.In(zone).Zone()
		_, later := at.AddDate(0, 0, horizon).In(zone).Zone()
		if times := [2]int{now, later}; !slices.Contains(kept, times) {
			kept, places = append(kept, times), append(places, zone)
		}
	}
	// From west to east: the earliest clock first.
	slices.SortStableFunc(places, func(a, b *time.Location) int {
		_, x := at.In(a).Zone()
		_, y := at.In(b).Zone()
		return x - y
	})
	return places
}
