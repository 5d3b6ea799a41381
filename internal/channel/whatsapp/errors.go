package whatsapp

import (
	"encoding/json"
	"strconv"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
)

// meaning is how one of the provider's codes ends a send.
type meaning struct {
	outcome fault.Outcome
	code    fault.DeliveryCode
	hold    bool // the whole channel pauses
}

// meanings of the Cloud API's error codes (ER-1).
var meanings = map[int]meaning{
	0:      {fault.Refused, fault.ChannelSettings, true}, // token can't be checked
	1:      {fault.Later, fault.ServiceFailed, false},
	2:      {fault.Later, fault.ServiceFailed, false},
	3:      {fault.Refused, fault.ChannelSettings, true},
	4:      {fault.Later, fault.CantSendNow, true},
	10:     {fault.Refused, fault.ChannelSettings, true},
	33:     {fault.Refused, fault.SenderUnknown, true}, // the number was deleted
	100:    {fault.Refused, fault.Rejected, false},
	190:    {fault.Refused, fault.ChannelSettings, true},
	200:    {fault.Refused, fault.ChannelSettings, true},
	368:    {fault.Refused, fault.SenderBlocked, true},
	80007:  {fault.Later, fault.CantSendNow, true},
	130429: {fault.Later, fault.CantSendNow, true},
	130472: {fault.Refused, fault.Rejected, false}, // the person is in an experiment of Meta's
	130497: {fault.Refused, fault.Rejected, false}, // business not allowed in this country
	131000: {fault.Later, fault.ServiceFailed, false},
	131005: {fault.Refused, fault.ChannelSettings, true},
	131008: {fault.Refused, fault.Rejected, false},
	131009: {fault.Refused, fault.Rejected, false},
	131016: {fault.Later, fault.ServiceFailed, false},
	131021: {fault.Refused, fault.BadAddress, false}, // to itself
	131026: {fault.Refused, fault.BadAddress, false},
	131030: {fault.Refused, fault.BadAddress, false}, // not in a test number's list
	131031: {fault.Refused, fault.SenderBlocked, true},
	131037: {fault.Refused, fault.SenderNotVerified, true}, // display name not approved
	131042: {fault.Refused, fault.ChannelSettings, true},   // payment
	131045: {fault.Refused, fault.SenderNotVerified, true},
	131047: {fault.Refused, fault.WindowIsClosed, false},
	131048: {fault.Refused, fault.Spam, false},
	131049: {fault.Refused, fault.CarrierBlocks, false}, // marketing cap of this person
	131050: {fault.Refused, fault.CarrierBlocks, false}, // wants no marketing; other messages still go
	131051: {fault.Refused, fault.Rejected, false},
	131052: {fault.Refused, fault.FileType, false},
	131053: {fault.Refused, fault.FileType, false},
	131056: {fault.Later, fault.CantSendNow, false}, // this pair only, not the channel
	131057: {fault.Later, fault.ServiceFailed, true},
	132000: {fault.Refused, fault.IntentInvalid, false}, // parameter count
	132001: {fault.Refused, fault.IntentInvalid, false}, // no such template
	132005: {fault.Refused, fault.TextTooLarge, false},
	132007: {fault.Refused, fault.Rejected, false},
	132012: {fault.Refused, fault.IntentInvalid, false},
	132015: {fault.Refused, fault.IntentInvalid, false}, // paused
	132016: {fault.Refused, fault.IntentInvalid, false}, // disabled
	132068: {fault.Refused, fault.IntentInvalid, false},
	132069: {fault.Refused, fault.CantSendNow, false},
	133004: {fault.Later, fault.ServiceFailed, false},
	133010: {fault.Refused, fault.SenderUnknown, true}, // number not registered
}

// refusal reads an answer with an error status into how the send ended.
func refusal(a channel.Answer) *fault.Delivery {
	var body struct {
		Error graphError `json:"error"`
	}
	d := a.Failed()
	if err := json.Unmarshal(a.Body, &body); err != nil || body.Error == (graphError{}) {
		return d
	}
	d.ProviderCode, d.ProviderText = strconv.Itoa(body.Error.Code), body.Error.says()
	m, known := meanings[body.Error.Code]
	switch {
	case known:
		d.Outcome, d.Code, d.HoldChannel = m.outcome, m.code, m.hold
	case body.Error.Code >= 132000 && body.Error.Code < 133000:
		d.Outcome, d.Code, d.HoldChannel = fault.Refused, fault.IntentInvalid, false
	case d.Outcome == fault.Unknown:
		d.Outcome = fault.Later // the provider itself answered, not a gateway
	}
	return d
}

// failure reads the errors of a failed status.
func failure(errors []graphError) *channel.Failure {
	if len(errors) == 0 {
		return &channel.Failure{Code: string(fault.Rejected)}
	}
	e := errors[0]
	f := &channel.Failure{Code: string(fault.Rejected), ProviderCode: strconv.Itoa(e.Code), ProviderText: e.says()}
	if m, ok := meanings[e.Code]; ok {
		f.Code = string(m.code)
	} else if e.Code >= 132000 && e.Code < 133000 {
		f.Code = string(fault.IntentInvalid)
	}
	return f
}
