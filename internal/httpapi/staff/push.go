package staff

import (
	"context"

	"switchboard/internal/message"
	"switchboard/internal/push"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

// PushDevices are a user's devices, and the key with which a browser registers.
type PushDevices struct {
	Key   string                `json:"key" doc:"applicationServerKey: the installation's public key in base64url"`
	Items []resource.PushDevice `json:"items" doc:"the newest first, 20 at most"`
}

func (a *API) pushDevices(ctx context.Context, p staff.Principal, _ *struct{}) (out PushDevices, err error) {
	if err := self(p); err != nil {
		return out, err
	}
	out.Key, out.Items = a.Push.Sender.Key(), []resource.PushDevice{}
	items, err := a.Rows.PushDevices(ctx, p.Org, p.UserID)
	if items != nil {
		out.Items = items
	}
	return out, err
}

type pushDeviceIn struct {
	Body struct {
		Endpoint string `json:"endpoint" maxLength:"1000" doc:"as the browser's PushSubscription has it"`
		Keys     struct {
			P256dh string `json:"p256dh" maxLength:"200"`
			Auth   string `json:"auth" maxLength:"100"`
		} `json:"keys"`
		Device string `json:"device" minLength:"1" maxLength:"100" doc:"what its owner knows it by"`
	}
}

// PushDeviceMade is a device that was registered.
type PushDeviceMade struct {
	ID message.RowID `json:"id"`
}

func (a *API) addPushDevice(ctx context.Context, p staff.Principal, in *pushDeviceIn) (out PushDeviceMade, err error) {
	if err := self(p); err != nil {
		return out, err
	}
	b := in.Body
	out.ID, err = a.Push.Add(ctx, p.Org, p.UserID, push.Device{Name: b.Device, Target: push.Target{Endpoint: b.Endpoint, P256dh: b.Keys.P256dh, Auth: b.Keys.Auth}})
	return out, err
}

func (a *API) removePushDevice(ctx context.Context, p staff.Principal, in *oneIn[message.RowID]) (None, error) {
	if err := self(p); err != nil {
		return None{}, err
	}
	return None{}, a.Push.Remove(ctx, p.Org, p.UserID, in.ID)
}

func (a *API) tryPushDevice(ctx context.Context, p staff.Principal, in *oneIn[message.RowID]) (None, error) {
	if err := self(p); err != nil {
		return None{}, err
	}
	return None{}, a.Push.Try(ctx, p.Org, p.UserID, in.ID)
}
