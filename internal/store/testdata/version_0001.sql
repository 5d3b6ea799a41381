-- What version 0001 left behind after an organisation was made, a customer wrote by SMS and an agent
-- accepted and answered. {u:…} is an id and {b:…} are bytes, as each database writes them.
INSERT INTO org (id, key, name, time_zone, language, last_session_number, created_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, '00D13nSw7kGVpXI', 'Acme', 'UTC', 'en', 1, 1795229182379593, 1);
INSERT INTO login (id, email, password_hash, created_at)
 VALUES ({u:01a1fbff69ab7009bd5536ce219a1166}, 'acme-admin@example.com', '$argon2id$v=19$m=19456,t=2,p=1$6PcnbRbJNTyHHuuu25397w$fvgccJL6i0su+1GITU748f+MU55JXbIaxaOIB5oLyV8', 1795229182379814);
INSERT INTO login (id, email, password_hash, created_at)
 VALUES ({u:01a1fbff69d67001a4838a223a965b5a}, 'anna@00d13nsw7kgvpxi.example', '$argon2id$v=19$m=19456,t=2,p=1$Cs0y28ygUBCFzyg3oJad5w$shjKxka7r2Y3rXEEiMdPxI2yQgBK0WHZRVWsWIMj8wQ', 1795229182422303);
INSERT INTO permission_set (org_id, id, api_name, name, built_in, permissions, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69ab7006aec093e468dd30c0}, 'agent', 'Agent', true, '["conversation.read","conversation.start","message.send","note.write","session.accept","session.end","session.inactive","session.transfer","session.flag","presence.set","file.upload","messaging_user.read"]', 1);
INSERT INTO permission_set (org_id, id, api_name, name, built_in, permissions, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69ab7007b9b70a9ec2158276}, 'supervisor', 'Supervisor', true, '["conversation.read","conversation.read_all","conversation.start","message.send","note.write","session.accept","session.end","session.inactive","session.transfer","session.flag","session.supervise","presence.set","presence.view","file.upload","setup.view","delivery_error.view","messaging_user.read","messaging_user.edit"]', 1);
INSERT INTO permission_set (org_id, id, api_name, name, built_in, permissions, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69ab7008b87be5304d5592ac}, 'admin', 'Administrator', true, '["conversation.read","conversation.read_all","conversation.start","message.send","note.write","session.accept","session.end","session.inactive","session.transfer","session.flag","session.supervise","presence.set","presence.view","file.upload","setup.view","organisation.configure","channel.configure","deployment.configure","queue.configure","routing.configure","user.manage","permission_set.manage","api_key.manage","quick_text.manage","template.manage","delivery_error.view","quarantine.view","messaging_user.read","messaging_user.edit","sandbox.use"]', 1);
INSERT INTO staff_user (org_id, id, login_id, name, permission_set_id, capacity, active, joined_at, created_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69ab7005aaecdfb555ef1c98}, {u:01a1fbff69ab7009bd5536ce219a1166}, 'Ada Acme', {u:01a1fbff69ab7008b87be5304d5592ac}, 5, true, 1795229182419036, 1795229182379731, 2);
INSERT INTO staff_user (org_id, id, login_id, name, permission_set_id, capacity, active, joined_at, created_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69d670009eb7a62198ce82f1}, {u:01a1fbff69d67001a4838a223a965b5a}, 'Anna', {u:01a1fbff69ab7006aec093e468dd30c0}, 5, true, 1795229182454106, 1795229182422297, 3);
INSERT INTO staff_token (token_hash, org_id, user_id, purpose, csrf, created_at, expires_at, ip, user_agent)
 VALUES ({b:6e00110c5f2f0b80b0f74857158ed61ec88b9cf3b5aae875f74561dfd6547407}, {u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69ab7005aaecdfb555ef1c98}, 'session', 'DNOv4pIIXQpGiSVQ6CG8jyhR8ucd0t6BCqHVpthCwa8', 1795229182419801, 1795315582419801, '127.0.0.1', 'Go-http-client/1.1');
INSERT INTO staff_token (token_hash, org_id, user_id, purpose, csrf, created_at, expires_at, ip, user_agent)
 VALUES ({b:988088f52eec2d22747ca87ef4f2ac68d11ba3b4b8b908bdfbac29bed71a0039}, {u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69d670009eb7a62198ce82f1}, 'session', '32mLILKE6wk3E4CT4ufOe1c6y44OjmzaLFL2v2XRgk0', 1795229182454721, 1795315582454721, '127.0.0.1', 'Go-http-client/1.1');
INSERT INTO channel (org_id, id, type, provider, name, api_name, address, active, sandbox, settings, secrets_env, required_consent, routing, queue_id, created_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69f97000a81386463ec3938b}, 'sms', 'twilio', 'Line where is my parcel', 'Line_where_is_my_parcel', '+43720880138', true, true, '{"account_sid":"AC8ab8adb663f888591940207487e72e0f"}', {b:007b22617574685f746f6b656e223a226537336462636135393637626639393830663639633065643761663435313363227d}, 'implicitly_opted_in', '{"mode":"everyone","last_agent_minutes":0}', NULL, 1795229182457735, 1);
INSERT INTO messaging_user (org_id, id, channel_id, name_env, locale, country, picture, consent, event_seq, created_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69fa7000bfa0014a6f852508}, {u:01a1fbff69f97000a81386463ec3938b}, {b:004361726c61}, '', '', '', 'implicitly_opted_in', 0, 1795229182458786, 2);
INSERT INTO messaging_user_address (org_id, channel_id, address_key, user_id, kind, address_env, position)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69f97000a81386463ec3938b}, {b:1e18f247fae08a7a3c4f77b50d730c1d92956f529393dcc16881243d44413eb4}, {u:01a1fbff69fa7000bfa0014a6f852508}, 'phone', {b:002b343336363031323334353637}, 0);
INSERT INTO conversation (org_id, id, channel_id, user_id, thread_key, session_id, last_seq, last_entry, last_preview_env, customer_seq, customer_at, last_activity_at, last_agent_id, last_agent_at, created_at, closed_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69f97000a81386463ec3938b}, {u:01a1fbff69fa7000bfa0014a6f852508}, '', {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 5, '{"seq":5,"kind":"message","author":"agent","author_id":"01a1fbff-69d6-7000-9eb7-a62198ce82f1","status":"queued","at":1795229182463249}', {b:004974206172726976657320746f6d6f72726f772e}, 3, 1795229182459448, 1795229182463249, {u:01a1fbff69d670009eb7a62198ce82f1}, 1795229182463249, 1795229182458949, NULL, 8);
INSERT INTO session (org_id, id, number, conversation_id, channel_id, channel_type, user_id, status, latest, origin, agent_id, agent_type, queue_id, started_at, waiting_since, accepted_at, inactive_at, ended_at, last_activity_at, ended_by, end_reason, error_code, error_text, agent_messages, customer_messages, prechat_env, routing, flagged, modified_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 1, {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69f97000a81386463ec3938b}, 'sms', {u:01a1fbff69fa7000bfa0014a6f852508}, 'active', true, 'customer', {u:01a1fbff69d670009eb7a62198ce82f1}, 'agent', NULL, 1795229182459070, NULL, 1795229182460813, NULL, NULL, 1795229182463249, '', '', '', '', 1, 1, NULL, '', '', 1795229182463249, 4);
INSERT INTO entry (org_id, conversation_id, seq, id, session_id, kind, author_type, author_id, author_env, content_env, status, error_code, error_detail, provider_id, client_id, refers_to, created_at, sent_at, delivered_at, read_at, attempt_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69fa7001a4013451e60b5701}, 1, {u:01a1fbff69fb7001b34996fbcdfe7bff}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 'event', 'system', NULL, NULL, {b:007b226576656e74223a7b2274797065223a2273657373696f6e5f73746172746564222c22726561736f6e223a22637573746f6d6572227d7d}, 'delivered', '', '', '', '', NULL, 1795229182459196, NULL, NULL, NULL, NULL, 1);
INSERT INTO entry (org_id, conversation_id, seq, id, session_id, kind, author_type, author_id, author_env, content_env, status, error_code, error_detail, provider_id, client_id, refers_to, created_at, sent_at, delivered_at, read_at, attempt_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69fa7001a4013451e60b5701}, 2, {u:01a1fbff69fb7002a9f0daf0f9fff88e}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 'event', 'system', NULL, NULL, {b:007b226576656e74223a7b2274797065223a2273657373696f6e5f737461747573222c2266726f6d223a226e6577222c22746f223a2277616974696e67227d7d}, 'delivered', '', '', '', '', NULL, 1795229182459427, NULL, NULL, NULL, NULL, 1);
INSERT INTO entry (org_id, conversation_id, seq, id, session_id, kind, author_type, author_id, author_env, content_env, status, error_code, error_detail, provider_id, client_id, refers_to, created_at, sent_at, delivered_at, read_at, attempt_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69fa7001a4013451e60b5701}, 3, {u:01a1fbff69fb70039a00d0f975e7203c}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 'message', 'customer', {u:01a1fbff69fa7000bfa0014a6f852508}, NULL, {b:007b2274657874223a227768657265206973206d792070617263656c227d}, 'delivered', '', '', '', '', NULL, 1795229182459448, NULL, 1795229182459448, NULL, NULL, 1);
INSERT INTO entry (org_id, conversation_id, seq, id, session_id, kind, author_type, author_id, author_env, content_env, status, error_code, error_detail, provider_id, client_id, refers_to, created_at, sent_at, delivered_at, read_at, attempt_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69fa7001a4013451e60b5701}, 4, {u:01a1fbff69fc70008fadb382cecf9518}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 'event', 'system', NULL, NULL, {b:007b226576656e74223a7b2274797065223a2273657373696f6e5f6163636570746564222c226163746f72223a22416e6e61227d7d}, 'delivered', '', '', '', '', NULL, 1795229182460911, NULL, NULL, NULL, NULL, 1);
INSERT INTO entry (org_id, conversation_id, seq, id, session_id, kind, author_type, author_id, author_env, content_env, status, error_code, error_detail, provider_id, client_id, refers_to, created_at, sent_at, delivered_at, read_at, attempt_at, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69fa7001a4013451e60b5701}, 5, {u:01a1fbff69ff7000bb64032a7a19244f}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 'message', 'agent', {u:01a1fbff69d670009eb7a62198ce82f1}, {b:00416e6e61}, {b:007b2274657874223a224974206172726976657320746f6d6f72726f772e227d}, 'queued', '', '', '', 'key-of-the-first-answer', NULL, 1795229182463249, NULL, NULL, NULL, NULL, 1);
INSERT INTO search_token (org_id, token, conversation_id)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {b:209f2bca7368d8ff2a4f7fa8}, {u:01a1fbff69fa7001a4013451e60b5701});
INSERT INTO search_token (org_id, token, conversation_id)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {b:9bf8957c0e8235f70a545ae6}, {u:01a1fbff69fa7001a4013451e60b5701});
INSERT INTO search_token (org_id, token, conversation_id)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {b:923a6184397895ee26177678}, {u:01a1fbff69fa7001a4013451e60b5701});
INSERT INTO search_token (org_id, token, conversation_id)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {b:5b3c9d7274a9ab48a43905d6}, {u:01a1fbff69fa7001a4013451e60b5701});
INSERT INTO search_token (org_id, token, conversation_id)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {b:927c6e789bb020872647f819}, {u:01a1fbff69fa7001a4013451e60b5701});
INSERT INTO search_token (org_id, token, conversation_id)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {b:3e68357a90abf2d1e77d7da6}, {u:01a1fbff69fa7001a4013451e60b5701});
INSERT INTO search_token (org_id, token, conversation_id)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {b:cdd7959d94e9abae94c4e38d}, {u:01a1fbff69fa7001a4013451e60b5701});
INSERT INTO search_token (org_id, token, conversation_id)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {b:3e0433032da56e2137156106}, {u:01a1fbff69fa7001a4013451e60b5701});
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 1, 1795229182419073, 'agent.updated', NULL, NULL, 0, {u:01a1fbff69ab7005aaecdfb555ef1c98}, NULL, NULL, '97f66c8311f1e14c03bcf7f4b656099a');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 2, 1795229182421150, 'queue.updated', NULL, NULL, 0, NULL, NULL, {u:01a1fbff69d5700092e458bb563da51c}, '45d6bfdc233e99c45b9780ec5c78936e');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 3, 1795229182422346, 'agent.updated', NULL, NULL, 0, {u:01a1fbff69d670009eb7a62198ce82f1}, NULL, NULL, '06990a699e129e693dfcee6d7dbbcc55');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 4, 1795229182454127, 'agent.updated', NULL, NULL, 0, {u:01a1fbff69d670009eb7a62198ce82f1}, NULL, NULL, '028376d1393eb4cf947ae3fa85e1695a');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 5, 1795229182455625, 'agent.updated', NULL, NULL, 0, {u:01a1fbff69d670009eb7a62198ce82f1}, NULL, NULL, 'beb7ac56f9b77d38d77030736f916103');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 6, 1795229182457785, 'channel.updated', NULL, NULL, 0, NULL, NULL, {u:01a1fbff69f97000a81386463ec3938b}, '6a49dcddead23f94b32df7bcfd28c0a8');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 7, 1795229182459332, 'entry.created', {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 1, NULL, {u:01a1fbff69fa7000bfa0014a6f852508}, NULL, '');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 8, 1795229182459418, 'work.updated', {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 0, NULL, NULL, NULL, '');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 9, 1795229182459442, 'entry.created', {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 2, NULL, {u:01a1fbff69fa7000bfa0014a6f852508}, NULL, '');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 10, 1795229182459524, 'entry.created', {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 3, NULL, {u:01a1fbff69fa7000bfa0014a6f852508}, NULL, '');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 11, 1795229182459622, 'offer.created', {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 0, {u:01a1fbff69d670009eb7a62198ce82f1}, NULL, {u:01a1fbff69fb7004b40d2100e1d2b8df}, '');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 12, 1795229182460898, 'work.updated', {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 0, {u:01a1fbff69d670009eb7a62198ce82f1}, NULL, NULL, '6ad21fe0c3b0b3fd7533ab04e6accaa7');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 13, 1795229182460948, 'entry.created', {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 4, {u:01a1fbff69d670009eb7a62198ce82f1}, {u:01a1fbff69fa7000bfa0014a6f852508}, NULL, '6ad21fe0c3b0b3fd7533ab04e6accaa7');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 14, 1795229182460993, 'session.updated', {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 0, {u:01a1fbff69d670009eb7a62198ce82f1}, {u:01a1fbff69fa7000bfa0014a6f852508}, NULL, '6ad21fe0c3b0b3fd7533ab04e6accaa7');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 15, 1795229182461105, 'offer.withdrawn', {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 0, {u:01a1fbff69d670009eb7a62198ce82f1}, NULL, {u:01a1fbff69fb7004b40d2100e1d2b8df}, '6ad21fe0c3b0b3fd7533ab04e6accaa7');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 16, 1795229182461112, 'presence.updated', NULL, NULL, 0, {u:01a1fbff69d670009eb7a62198ce82f1}, NULL, NULL, '6ad21fe0c3b0b3fd7533ab04e6accaa7');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 17, 1795229182463312, 'entry.created', {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, 5, {u:01a1fbff69d670009eb7a62198ce82f1}, {u:01a1fbff69fa7000bfa0014a6f852508}, NULL, '34aa6529ed2207a076cf031ffc73fec3');
INSERT INTO change (org_id, seq, at, type, conversation_id, session_id, entry_seq, agent_id, customer_id, ref_id, trace)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 18, 1795229182465011, 'conversation.updated', {u:01a1fbff69fa7001a4013451e60b5701}, NULL, 0, {u:01a1fbff69d670009eb7a62198ce82f1}, NULL, NULL, 'e3848bd5e5e12901901c18a22ef77569');
INSERT INTO outbox (org_id, id, channel_id, conversation_id, entry_seq, entry_id, class, state, attempts, due_at, deadline, epoch, created_at)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69ff7001b6bc7eecddad2e5a}, {u:01a1fbff69f97000a81386463ec3938b}, {u:01a1fbff69fa7001a4013451e60b5701}, 5, {u:01a1fbff69ff7000bb64032a7a19244f}, 1, 'queued', 0, 1795229182463324, 1795315582463249, 0, 1795229182463324);
INSERT INTO queue (org_id, id, name, routing_configuration_id, overflow_queue_id, overflow_after, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69d5700092e458bb563da51c}, 'Sales', NULL, NULL, 0, 1);
INSERT INTO queue_member (org_id, queue_id, user_id)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69d5700092e458bb563da51c}, {u:01a1fbff69d670009eb7a62198ce82f1});
INSERT INTO work_item (org_id, session_id, conversation_id, channel_id, channel_type, state, queue_id, direct_agent_id, preferred_agent_id, agent_id, units, waiting_since, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69f97000a81386463ec3938b}, 'sms', 'assigned', NULL, NULL, NULL, {u:01a1fbff69d670009eb7a62198ce82f1}, 1, 1795229182459070, 3);
INSERT INTO offer (org_id, id, session_id, agent_id, state, units, reason, decline_reason, created_at, expires_at, decided_at)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69fb7004b40d2100e1d2b8df}, {u:01a1fbff69fb7000ac3ed0afc7ee44d1}, {u:01a1fbff69d670009eb7a62198ce82f1}, 'accepted', 1, 'free', '', 1795229182459588, 1795229242459588, 1795229182461087);
INSERT INTO presence_status (org_id, id, name, kind, channels, position, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69ab70018fce695ef99721d3}, 'Available – Messaging', 'online', 'null', 1, 1);
INSERT INTO presence_status (org_id, id, name, kind, channels, position, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69ab7002947c185f1235a3a0}, 'Busy', 'busy', 'null', 2, 1);
INSERT INTO presence_status (org_id, id, name, kind, channels, position, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69ab7003b176ee467b54c012}, 'On Break', 'away', 'null', 3, 1);
INSERT INTO presence_status (org_id, id, name, kind, channels, position, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69ab700494558ccb6c1764f0}, 'Offline', 'offline', 'null', 4, 1);
INSERT INTO quick_text (org_id, id, name, shortcut, text, language, version)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69f87000a97b61ba7a7ebda0}, 'Hello', 'hi', 'Hello, how can I help?', '', 1);
INSERT INTO read_marker (org_id, conversation_id, user_id, seq)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69fa7001a4013451e60b5701}, {u:01a1fbff69d670009eb7a62198ce82f1}, 1);
INSERT INTO idempotency (org_id, credential, route, key, body_hash, status, result_id, response_env, created_at)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, {u:01a1fbff69d670009eb7a62198ce82f1}, 'POST /conversations/{id}/messages /api/v1/conversations/01a1fbff-69fa-7001-a401-3451e60b5701/messages', 'key-of-the-first-answer', {b:20da690c75dc83a515287ae13ee8712139be0fd9589422cb6a5a6aac5823ea1b}, 0, NULL, NULL, 1795229182463065);
INSERT INTO job (org_id, kind, key, due_at, attempts, payload, created_at)
 VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 'media.fetch', 'a file that is still to be fetched', 1795229182470000, 0, '', 1795229182470000);
INSERT INTO installation (name, value) VALUES ('feed_epoch', '1');
INSERT INTO node (id, started_at, seen_at) VALUES ({u:01a1fbff69ab7000a8d8c02e0ae90001}, 1795229182370000, 1795229182470000);
INSERT INTO lease (name, holder, epoch, expires_at) VALUES ('routing:01a1fbff-69ab-7000-a8d8-c02e0ae91426', {u:01a1fbff69ab7000a8d8c02e0ae90001}, 3, 1795229182480000);
-- only postgres
CREATE SEQUENCE session_number_01a1fbff69ab7000a8d8c02e0ae91426 START 2;
INSERT INTO change_head (org_id, seq) VALUES ({u:01a1fbff69ab7000a8d8c02e0ae91426}, 18);
-- both
