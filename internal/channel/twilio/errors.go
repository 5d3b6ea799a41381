package twilio

import (
	"encoding/json"
	"strconv"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
)

// coordinate in plain decimals.
func coordinate(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// meaning is how one of Twilio's codes ends a send.
type meaning struct {
	outcome fault.Outcome
	code    fault.DeliveryCode
	hold    bool // the whole channel pauses
}

// meanings of Twilio's error codes (ER-1). The 300xx come by status report.
var meanings = map[int]meaning{
	10001: {fault.Refused, fault.ChannelSettings, true},     // account not active
	11200: {fault.Refused, fault.ServiceUnreachable, false}, // our link to the file couldn't be fetched
	11751: {fault.Refused, fault.FileTooLarge, false},
	12300: {fault.Refused, fault.FileType, false},
	14107: {fault.Later, fault.CantSendNow, false},
	20001: {fault.Refused, fault.Rejected, false},
	20003: {fault.Refused, fault.ChannelSettings, true},
	20005: {fault.Refused, fault.SenderBlocked, true},
	20404: {fault.Refused, fault.ChannelSettings, true},
	20429: {fault.Later, fault.CantSendNow, true},
	20500: {fault.Later, fault.ServiceFailed, false},
	20503: {fault.Later, fault.ServiceFailed, false},
	21211: {fault.Refused, fault.BadAddress, false},
	21212: {fault.Refused, fault.SenderInvalid, true},
	21219: {fault.Refused, fault.ChannelSettings, false}, // trial accounts write to verified numbers only
	21265: {fault.Refused, fault.BadAddress, false},
	21266: {fault.Refused, fault.BadAddress, false},      // to itself
	21408: {fault.Refused, fault.ChannelSettings, false}, // region not enabled
	21602: {fault.Refused, fault.Rejected, false},
	21603: {fault.Refused, fault.SenderInvalid, true},
	21604: {fault.Refused, fault.BadAddress, false},
	21606: {fault.Refused, fault.SenderInvalid, true},
	21608: {fault.Refused, fault.ChannelSettings, false},
	21609: {fault.Refused, fault.ChannelSettings, false}, // our address for status reports
	21610: {fault.Refused, fault.RecipientBlocked, false},
	21611: {fault.Later, fault.CantSendNow, true}, // this number's queue is full
	21612: {fault.Refused, fault.BadAddress, false},
	21614: {fault.Refused, fault.BadAddress, false},
	21617: {fault.Refused, fault.TextTooLarge, false},
	21620: {fault.Refused, fault.FileType, false},
	21623: {fault.Refused, fault.TooManyAttachments, false},
	21635: {fault.Refused, fault.BadAddress, false}, // a land line
	21659: {fault.Refused, fault.SenderUnknown, true},
	21660: {fault.Refused, fault.SenderUnknown, true},
	21703: {fault.Refused, fault.SenderUnknown, true}, // a messaging service without numbers
	21730: {fault.Later, fault.ServiceFailed, false},  // maintenance
	30001: {fault.Later, fault.CantSendNow, false},
	30002: {fault.Refused, fault.SenderBlocked, true},
	30003: {fault.Later, fault.CantSendNow, false}, // the handset is off or out of reach: nothing is wrong with the number
	30004: {fault.Refused, fault.RecipientBlocked, false},
	30005: {fault.Refused, fault.BadAddress, false},
	30006: {fault.Refused, fault.BadAddress, false},
	30007: {fault.Refused, fault.CarrierBlocks, false},
	30008: {fault.Later, fault.ServiceFailed, false},     // the carrier doesn't say why
	30010: {fault.Refused, fault.ChannelSettings, false}, // dearer than the account's limit
	30011: {fault.Refused, fault.FileType, false},        // no MMS there
	30012: {fault.Refused, fault.ChannelSettings, false},
	30017: {fault.Later, fault.CantSendNow, false},
	30019: {fault.Refused, fault.FileTooLarge, false},
	30022: {fault.Later, fault.CantSendNow, true},
	30023: {fault.Later, fault.CantSendNow, true},
	30024: {fault.Refused, fault.SenderNotVerified, true}, // not provisioned with the carrier
	30032: {fault.Refused, fault.SenderNotVerified, true},
	30034: {fault.Refused, fault.SenderNotVerified, true}, // 10DLC without registration
	30036: {fault.Later, fault.CantSendNow, false},        // out of reach until its time was over
	30410: {fault.Later, fault.ServiceUnreachable, false},
	30500: {fault.Later, fault.ServiceFailed, false},
	63016: {fault.Refused, fault.WindowIsClosed, false},
	63018: {fault.Later, fault.CantSendNow, false},
}

// refusal reads an answer with an error status into how the send ended.
func refusal(a channel.Answer) *fault.Delivery {
	var body struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	d := a.Failed()
	if err := json.Unmarshal(a.Body, &body); err != nil || body.Code == 0 {
		return d
	}
	d.ProviderCode, d.ProviderText = strconv.Itoa(body.Code), body.Message
	if m, ok := meanings[body.Code]; ok {
		d.Outcome, d.Code, d.HoldChannel = m.outcome, m.code, m.hold
	} else if d.Outcome == fault.Unknown {
		d.Outcome = fault.Later // the provider itself answered, not a gateway
	}
	return d
}

// failure reads the error of a status report.
func failure(code, text string) *channel.Failure {
	f := &channel.Failure{Code: string(fault.Rejected), ProviderCode: code, ProviderText: text}
	if n, err := strconv.Atoi(code); err == nil {
		if m, ok := meanings[n]; ok {
			f.Code = string(m.code)
		}
	}
	return f
}
