-- Supabase: the auth, storage, realtime and vault schemas as of late 2025, with pg_net and pg_cron.
-- The names and types are the schema's, written anew. A column with a word behind it is personal or a secret; the test
-- holds the pack to that. Every such column has values that a search finds again.

CREATE SCHEMA auth;
CREATE SCHEMA storage;
CREATE SCHEMA realtime;
CREATE SCHEMA vault;
CREATE SCHEMA net;
CREATE SCHEMA cron;

CREATE TABLE auth.users (
    instance_id uuid,
    id uuid PRIMARY KEY,
    aud varchar(255),
    role varchar(255),
    email varchar(255),  -- email
    encrypted_password varchar(255),  -- pw
    email_confirmed_at timestamptz,
    invited_at timestamptz,
    confirmation_token varchar(255) UNIQUE,  -- key
    confirmation_sent_at timestamptz,
    recovery_token varchar(255) UNIQUE,  -- key
    recovery_sent_at timestamptz,
    email_change_token_new varchar(255) UNIQUE,  -- key
    email_change varchar(255),  -- email
    email_change_sent_at timestamptz,
    last_sign_in_at timestamptz,
    raw_app_meta_data jsonb,
    raw_user_meta_data jsonb,  -- doc
    is_super_admin boolean,
    created_at timestamptz,
    updated_at timestamptz,
    phone text UNIQUE,  -- phone
    phone_confirmed_at timestamptz,
    phone_change text,  -- phone
    phone_change_token varchar(255),  -- key
    phone_change_sent_at timestamptz,
    confirmed_at timestamptz GENERATED ALWAYS AS (LEAST(email_confirmed_at,phone_confirmed_at)) STORED,
    email_change_token_current varchar(255) UNIQUE,  -- key
    email_change_confirm_status smallint CHECK (email_change_confirm_status >= 0 AND email_change_confirm_status <= 2),
    banned_until timestamptz,
    reauthentication_token varchar(255) UNIQUE,  -- key
    reauthentication_sent_at timestamptz,
    is_sso_user boolean NOT NULL,
    deleted_at timestamptz,
    is_anonymous boolean NOT NULL
);
INSERT INTO auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, invited_at, confirmation_token, confirmation_sent_at, recovery_token, recovery_sent_at, email_change_token_new, email_change, email_change_sent_at, last_sign_in_at, raw_app_meta_data, raw_user_meta_data, is_super_admin, created_at, updated_at, phone, phone_confirmed_at, phone_change, phone_change_token, phone_change_sent_at, email_change_token_current, email_change_confirm_status, banned_until, reauthentication_token, reauthentication_sent_at, is_sso_user, deleted_at, is_anonymous) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'kept1', 'kept1', 'cn000001q@canary.test', 'cn000002q', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', 'cn000003q', '2024-01-01 10:00:00+00', 'cn000004q', '2024-01-01 10:00:00+00', 'cn000005q', 'cn000006q@canary.test', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '{}', '{"email": "cn000007q@canary.test", "number": 1}', true, '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '+99977000008', '2024-01-01 10:00:00+00', '+99977000009', 'cn000010q', '2024-01-01 10:00:00+00', 'cn000011q', 1, '2024-01-01 10:00:00+00', 'cn000012q', '2024-01-01 10:00:00+00', true, '2024-01-01 10:00:00+00', true),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'kept2', 'kept2', 'cn000013q@canary.test', 'cn000014q', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', 'cn000015q', '2024-02-01 10:00:00+00', 'cn000016q', '2024-02-01 10:00:00+00', 'cn000017q', 'cn000018q@canary.test', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '{}', '{"email": "cn000019q@canary.test", "number": 1}', false, '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '+99977000020', '2024-02-01 10:00:00+00', '+99977000021', 'cn000022q', '2024-02-01 10:00:00+00', 'cn000023q', 2, '2024-02-01 10:00:00+00', 'cn000024q', '2024-02-01 10:00:00+00', false, '2024-02-01 10:00:00+00', false);

CREATE TABLE auth.instances (
    id uuid PRIMARY KEY,
    uuid uuid,
    raw_base_config text,  -- secret
    created_at timestamptz,
    updated_at timestamptz
);
INSERT INTO auth.instances (id, uuid, raw_base_config, created_at, updated_at) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'cn000025q', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'cn000026q', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE auth.sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth.users (id),
    created_at timestamptz,
    updated_at timestamptz,
    factor_id uuid,
    aal text,
    not_after timestamptz,
    refreshed_at timestamp,
    user_agent text,  -- agent
    ip inet,  -- ip
    tag text,  -- free
    oauth_client_id uuid,
    refresh_token_hmac_key text,  -- secret
    refresh_token_counter bigint,
    scopes text
);
INSERT INTO auth.sessions (id, user_id, created_at, updated_at, factor_id, aal, not_after, refreshed_at, user_agent, ip, tag, oauth_client_id, refresh_token_hmac_key, refresh_token_counter, scopes) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '00000000-0000-4000-8000-000000000001', 'kept1', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00', 'cn000027q', '10.77.1.29', 'a note about cn000029q and more', '00000000-0000-4000-8000-000000000001', 'cn000030q', 1, 'kept1'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '00000000-0000-4000-8000-000000000002', 'kept2', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00', 'cn000031q', '10.77.1.33', 'a note about cn000033q and more', '00000000-0000-4000-8000-000000000002', 'cn000034q', 2, 'kept2');

CREATE TABLE auth.refresh_tokens (
    instance_id uuid,
    id bigint PRIMARY KEY,
    token varchar(255) UNIQUE,  -- key
    user_id varchar(255),
    revoked boolean,
    created_at timestamptz,
    updated_at timestamptz,
    parent varchar(255),  -- key
    session_id uuid REFERENCES auth.sessions (id)
);
INSERT INTO auth.refresh_tokens (instance_id, id, token, user_id, revoked, created_at, updated_at, parent, session_id) VALUES
    ('00000000-0000-4000-8000-000000000001', 1, 'cn000035q', 'kept1', true, '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', 'cn000036q', '00000000-0000-4000-8000-000000000001'),
    ('00000000-0000-4000-8000-000000000002', 2, 'cn000037q', 'kept2', false, '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', 'cn000038q', '00000000-0000-4000-8000-000000000002');

CREATE TABLE auth.audit_log_entries (
    instance_id uuid,
    id uuid PRIMARY KEY,
    payload json,  -- payload
    created_at timestamptz,
    ip_address varchar(64) NOT NULL  -- ip
);
INSERT INTO auth.audit_log_entries (instance_id, id, payload, created_at, ip_address) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', '{"email": "cn000039q@canary.test", "number": 1}', '2024-01-01 10:00:00+00', '10.77.1.41'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', '{"email": "cn000041q@canary.test", "number": 1}', '2024-02-01 10:00:00+00', '10.77.1.43');

CREATE TABLE auth.schema_migrations (
    version varchar(255) PRIMARY KEY
);
INSERT INTO auth.schema_migrations (version) VALUES
    ('kept1'),
    ('kept2');

CREATE TABLE auth.identities (
    provider_id text NOT NULL,  -- uid
    user_id uuid NOT NULL REFERENCES auth.users (id),
    identity_data jsonb NOT NULL,  -- doc
    provider text NOT NULL,
    last_sign_in_at timestamptz,
    created_at timestamptz,
    updated_at timestamptz,
    email text GENERATED ALWAYS AS (lower((identity_data->>'email'))) STORED,  -- generated
    id uuid PRIMARY KEY,
    UNIQUE (provider_id, provider)
);
INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at, id) VALUES
    ('cn000043q', '00000000-0000-4000-8000-000000000001', '{"email": "cn000044q@canary.test", "number": 1}', 'kept1', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '00000000-0000-4000-8000-000000000001'),
    ('cn000045q', '00000000-0000-4000-8000-000000000002', '{"email": "cn000046q@canary.test", "number": 1}', 'kept2', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '00000000-0000-4000-8000-000000000002');

CREATE TABLE auth.mfa_factors (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth.users (id),
    friendly_name text,  -- free
    factor_type text NOT NULL,
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    secret text,  -- secret
    phone text,  -- phone
    last_challenged_at timestamptz UNIQUE,
    web_authn_credential jsonb,  -- secretdoc
    web_authn_aaguid uuid,
    last_webauthn_challenge_data jsonb  -- secretdoc
);
INSERT INTO auth.mfa_factors (id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret, phone, last_challenged_at, web_authn_credential, web_authn_aaguid, last_webauthn_challenge_data) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'a note about cn000047q and more', 'kept1', 'kept1', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', 'cn000048q', '+99977000049', '2024-01-01 10:00:00+00', '{"email": "cn000050q@canary.test", "number": 1}', '00000000-0000-4000-8000-000000000001', '{"email": "cn000051q@canary.test", "number": 1}'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'a note about cn000052q and more', 'kept2', 'kept2', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', 'cn000053q', '+99977000054', '2024-02-01 10:00:00+00', '{"email": "cn000055q@canary.test", "number": 1}', '00000000-0000-4000-8000-000000000002', '{"email": "cn000056q@canary.test", "number": 1}');

CREATE TABLE auth.mfa_challenges (
    id uuid PRIMARY KEY,
    factor_id uuid NOT NULL REFERENCES auth.mfa_factors (id),
    created_at timestamptz NOT NULL,
    verified_at timestamptz,
    ip_address inet NOT NULL,  -- ip
    otp_code text,  -- secret
    web_authn_session_data jsonb  -- secretdoc
);
INSERT INTO auth.mfa_challenges (id, factor_id, created_at, verified_at, ip_address, otp_code, web_authn_session_data) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '10.77.1.58', 'cn000058q', '{"email": "cn000059q@canary.test", "number": 1}'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '10.77.1.61', 'cn000061q', '{"email": "cn000062q@canary.test", "number": 1}');

CREATE TABLE auth.mfa_amr_claims (
    session_id uuid NOT NULL REFERENCES auth.sessions (id),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    authentication_method text NOT NULL,
    id uuid PRIMARY KEY
);
INSERT INTO auth.mfa_amr_claims (session_id, created_at, updated_at, authentication_method, id) VALUES
    ('00000000-0000-4000-8000-000000000001', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', 'kept1', '00000000-0000-4000-8000-000000000001'),
    ('00000000-0000-4000-8000-000000000002', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', 'kept2', '00000000-0000-4000-8000-000000000002');

CREATE TABLE auth.sso_providers (
    id uuid PRIMARY KEY,
    resource_id text,
    created_at timestamptz,
    updated_at timestamptz,
    disabled boolean
);
INSERT INTO auth.sso_providers (id, resource_id, created_at, updated_at, disabled) VALUES
    ('00000000-0000-4000-8000-000000000001', 'kept1', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', true),
    ('00000000-0000-4000-8000-000000000002', 'kept2', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', false);

CREATE TABLE auth.sso_domains (
    id uuid PRIMARY KEY,
    sso_provider_id uuid NOT NULL REFERENCES auth.sso_providers (id),
    domain text NOT NULL,
    created_at timestamptz,
    updated_at timestamptz
);
INSERT INTO auth.sso_domains (id, sso_provider_id, domain, created_at, updated_at) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'kept1', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'kept2', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE auth.saml_providers (
    id uuid PRIMARY KEY,
    sso_provider_id uuid NOT NULL REFERENCES auth.sso_providers (id),
    entity_id text NOT NULL UNIQUE,
    metadata_xml text NOT NULL,
    metadata_url text,
    attribute_mapping jsonb,
    created_at timestamptz,
    updated_at timestamptz,
    name_id_format text
);
INSERT INTO auth.saml_providers (id, sso_provider_id, entity_id, metadata_xml, metadata_url, attribute_mapping, created_at, updated_at, name_id_format) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'kept1', 'kept1', 'kept1', '{}', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', 'kept1'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'kept2', 'kept2', 'kept2', '{}', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', 'kept2');

CREATE TABLE auth.saml_relay_states (
    id uuid PRIMARY KEY,
    sso_provider_id uuid NOT NULL REFERENCES auth.sso_providers (id),
    request_id text NOT NULL,  -- key
    for_email text,  -- email
    redirect_to text,  -- url
    created_at timestamptz,
    updated_at timestamptz,
    flow_state_id uuid
);
INSERT INTO auth.saml_relay_states (id, sso_provider_id, request_id, for_email, redirect_to, created_at, updated_at, flow_state_id) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'cn000063q', 'cn000064q@canary.test', 'https://cn000065q.canary.test/cn000065q', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '00000000-0000-4000-8000-000000000001'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'cn000066q', 'cn000067q@canary.test', 'https://cn000068q.canary.test/cn000068q', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '00000000-0000-4000-8000-000000000002');

CREATE TABLE auth.flow_state (
    id uuid PRIMARY KEY,
    user_id uuid,
    auth_code text,  -- key
    code_challenge_method text,
    code_challenge text,  -- secret
    provider_type text NOT NULL,
    provider_access_token text,  -- secret
    provider_refresh_token text,  -- secret
    created_at timestamptz,
    updated_at timestamptz,
    authentication_method text NOT NULL,
    auth_code_issued_at timestamptz,
    invite_token text,  -- secret
    referrer text,  -- url
    oauth_client_state_id uuid,
    linking_target_id uuid,
    email_optional boolean NOT NULL
);
INSERT INTO auth.flow_state (id, user_id, auth_code, code_challenge_method, code_challenge, provider_type, provider_access_token, provider_refresh_token, created_at, updated_at, authentication_method, auth_code_issued_at, invite_token, referrer, oauth_client_state_id, linking_target_id, email_optional) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'cn000069q', 'kept1', 'cn000070q', 'kept1', 'cn000071q', 'cn000072q', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', 'kept1', '2024-01-01 10:00:00+00', 'cn000073q', 'https://cn000074q.canary.test/cn000074q', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', true),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'cn000075q', 'kept2', 'cn000076q', 'kept2', 'cn000077q', 'cn000078q', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', 'kept2', '2024-02-01 10:00:00+00', 'cn000079q', 'https://cn000080q.canary.test/cn000080q', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', false);

CREATE TABLE auth.one_time_tokens (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth.users (id),
    token_type text NOT NULL,
    token_hash text NOT NULL,  -- key
    relates_to text NOT NULL,  -- email
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
INSERT INTO auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'kept1', 'cn000081q', 'cn000082q@canary.test', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'kept2', 'cn000083q', 'cn000084q@canary.test', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE auth.oauth_clients (
    id uuid PRIMARY KEY,
    client_secret_hash text,  -- secret
    registration_type text NOT NULL,
    redirect_uris text NOT NULL,
    grant_types text NOT NULL,
    client_name text,
    client_uri text,
    logo_uri text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    client_type text NOT NULL,
    token_endpoint_auth_method text NOT NULL
);
INSERT INTO auth.oauth_clients (id, client_secret_hash, registration_type, redirect_uris, grant_types, client_name, client_uri, logo_uri, created_at, updated_at, deleted_at, client_type, token_endpoint_auth_method) VALUES
    ('00000000-0000-4000-8000-000000000001', 'cn000085q', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', 'kept1', 'kept1'),
    ('00000000-0000-4000-8000-000000000002', 'cn000086q', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', 'kept2', 'kept2');

CREATE TABLE auth.oauth_authorizations (
    id uuid PRIMARY KEY,
    authorization_id text NOT NULL UNIQUE,  -- key
    client_id uuid NOT NULL REFERENCES auth.oauth_clients (id),
    user_id uuid REFERENCES auth.users (id),
    redirect_uri text NOT NULL,
    scope text NOT NULL,
    state text,  -- secret
    resource text,
    code_challenge text,  -- secret
    code_challenge_method text,
    response_type text NOT NULL,
    status text NOT NULL,
    authorization_code text UNIQUE,  -- key
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    approved_at timestamptz,
    nonce text  -- secret
);
INSERT INTO auth.oauth_authorizations (id, authorization_id, client_id, user_id, redirect_uri, scope, state, resource, code_challenge, code_challenge_method, response_type, status, authorization_code, created_at, expires_at, approved_at, nonce) VALUES
    ('00000000-0000-4000-8000-000000000001', 'cn000087q', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'kept1', 'kept1', 'cn000088q', 'kept1', 'cn000089q', 'kept1', 'kept1', 'kept1', 'cn000090q', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', 'cn000091q'),
    ('00000000-0000-4000-8000-000000000002', 'cn000092q', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'kept2', 'kept2', 'cn000093q', 'kept2', 'cn000094q', 'kept2', 'kept2', 'kept2', 'cn000095q', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', 'cn000096q');

CREATE TABLE auth.oauth_consents (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth.users (id),
    client_id uuid NOT NULL REFERENCES auth.oauth_clients (id),
    scopes text NOT NULL,
    granted_at timestamptz NOT NULL,
    revoked_at timestamptz
);
INSERT INTO auth.oauth_consents (id, user_id, client_id, scopes, granted_at, revoked_at) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'kept1', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'kept2', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE auth.oauth_client_states (
    id uuid PRIMARY KEY,
    provider_type text NOT NULL,
    code_verifier text,  -- secret
    created_at timestamptz NOT NULL
);
INSERT INTO auth.oauth_client_states (id, provider_type, code_verifier, created_at) VALUES
    ('00000000-0000-4000-8000-000000000001', 'kept1', 'cn000097q', '2024-01-01 10:00:00+00'),
    ('00000000-0000-4000-8000-000000000002', 'kept2', 'cn000098q', '2024-02-01 10:00:00+00');

CREATE TABLE auth.custom_oauth_providers (
    id uuid PRIMARY KEY,
    provider_type text NOT NULL,
    identifier text NOT NULL UNIQUE,
    name text NOT NULL,
    client_id text NOT NULL,
    client_secret text NOT NULL,  -- secret
    acceptable_client_ids text[] NOT NULL,
    scopes text[] NOT NULL,
    pkce_enabled boolean NOT NULL,
    attribute_mapping jsonb NOT NULL,
    authorization_params jsonb NOT NULL,
    enabled boolean NOT NULL,
    email_optional boolean NOT NULL,
    issuer text,
    discovery_url text,
    skip_nonce_check boolean NOT NULL,
    cached_discovery jsonb,
    discovery_cached_at timestamptz,
    authorization_url text,
    token_url text,
    userinfo_url text,
    jwks_uri text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
INSERT INTO auth.custom_oauth_providers (id, provider_type, identifier, name, client_id, client_secret, acceptable_client_ids, scopes, pkce_enabled, attribute_mapping, authorization_params, enabled, email_optional, issuer, discovery_url, skip_nonce_check, cached_discovery, discovery_cached_at, authorization_url, token_url, userinfo_url, jwks_uri, created_at, updated_at) VALUES
    ('00000000-0000-4000-8000-000000000001', 'kept1', 'kept1', 'kept1', 'kept1', 'cn000099q', '{}', '{}', true, '{}', '{}', true, true, 'kept1', 'kept1', true, '{}', '2024-01-01 10:00:00+00', 'kept1', 'kept1', 'kept1', 'kept1', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    ('00000000-0000-4000-8000-000000000002', 'kept2', 'kept2', 'kept2', 'kept2', 'cn000100q', '{}', '{}', false, '{}', '{}', false, false, 'kept2', 'kept2', false, '{}', '2024-02-01 10:00:00+00', 'kept2', 'kept2', 'kept2', 'kept2', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE auth.webauthn_credentials (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth.users (id),
    credential_id bytea NOT NULL,  -- bytes
    public_key bytea NOT NULL,  -- bytes
    attestation_type text NOT NULL,
    aaguid uuid,
    sign_count bigint NOT NULL,
    transports jsonb NOT NULL,
    backup_eligible boolean NOT NULL,
    backed_up boolean NOT NULL,
    friendly_name text NOT NULL,  -- free
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    last_used_at timestamptz
);
INSERT INTO auth.webauthn_credentials (id, user_id, credential_id, public_key, attestation_type, aaguid, sign_count, transports, backup_eligible, backed_up, friendly_name, created_at, updated_at, last_used_at) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', '\x636e30303031303171', '\x636e30303031303271', 'kept1', '00000000-0000-4000-8000-000000000001', 1, '{}', true, true, 'a note about cn000103q and more', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', '\x636e30303031303471', '\x636e30303031303571', 'kept2', '00000000-0000-4000-8000-000000000002', 2, '{}', false, false, 'a note about cn000106q and more', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE auth.webauthn_challenges (
    id uuid PRIMARY KEY,
    user_id uuid REFERENCES auth.users (id),
    challenge_type text NOT NULL,
    session_data jsonb NOT NULL,  -- secretdoc
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
INSERT INTO auth.webauthn_challenges (id, user_id, challenge_type, session_data, created_at, expires_at) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'kept1', '{"email": "cn000107q@canary.test", "number": 1}', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'kept2', '{"email": "cn000108q@canary.test", "number": 1}', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE storage.migrations (
    id integer PRIMARY KEY,
    name varchar(100) NOT NULL UNIQUE,
    hash varchar(40) NOT NULL,
    executed_at timestamp
);
INSERT INTO storage.migrations (id, name, hash, executed_at) VALUES
    (1, 'kept1', 'kept1', '2024-01-01 10:00:00'),
    (2, 'kept2', 'kept2', '2024-02-01 10:00:00');

CREATE TABLE storage.buckets (
    id text PRIMARY KEY,
    name text NOT NULL UNIQUE,
    owner uuid,
    created_at timestamptz,
    updated_at timestamptz,
    public boolean,
    avif_autodetection boolean,
    file_size_limit bigint,
    allowed_mime_types text[],
    owner_id text,
    type text NOT NULL
);
INSERT INTO storage.buckets (id, name, owner, created_at, updated_at, public, avif_autodetection, file_size_limit, allowed_mime_types, owner_id, type) VALUES
    ('kept1', 'kept1', '00000000-0000-4000-8000-000000000001', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', true, true, 1, '{}', 'kept1', 'kept1'),
    ('kept2', 'kept2', '00000000-0000-4000-8000-000000000002', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', false, false, 2, '{}', 'kept2', 'kept2');

CREATE TABLE storage.objects (
    id uuid PRIMARY KEY,
    bucket_id text REFERENCES storage.buckets (id),
    name text,  -- file
    owner uuid,
    created_at timestamptz,
    updated_at timestamptz,
    last_accessed_at timestamptz,
    metadata jsonb,
    path_tokens text[] GENERATED ALWAYS AS (string_to_array(name,'/')) STORED,  -- generated
    version text,
    owner_id text,
    user_metadata jsonb,  -- doc
    level integer,
    UNIQUE (bucket_id, name)
);
INSERT INTO storage.objects (id, bucket_id, name, owner, created_at, updated_at, last_accessed_at, metadata, version, owner_id, user_metadata, level) VALUES
    ('00000000-0000-4000-8000-000000000001', 'kept1', 'people/cn000109q.pdf', '00000000-0000-4000-8000-000000000001', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '{}', 'kept1', 'kept1', '{"email": "cn000110q@canary.test", "number": 1}', 1),
    ('00000000-0000-4000-8000-000000000002', 'kept2', 'people/cn000111q.pdf', '00000000-0000-4000-8000-000000000002', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '{}', 'kept2', 'kept2', '{"email": "cn000112q@canary.test", "number": 1}', 2);

CREATE TABLE storage.prefixes (
    bucket_id text NOT NULL REFERENCES storage.buckets (id),
    name text NOT NULL,  -- file
    level integer NOT NULL,
    created_at timestamptz,
    updated_at timestamptz,
    UNIQUE (bucket_id, level, name)
);
INSERT INTO storage.prefixes (bucket_id, name, level, created_at, updated_at) VALUES
    ('kept1', 'people/cn000113q.pdf', 1, '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    ('kept2', 'people/cn000114q.pdf', 2, '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE storage.s3_multipart_uploads (
    id text PRIMARY KEY,  -- key
    in_progress_size bigint NOT NULL,
    upload_signature text NOT NULL,  -- secret
    bucket_id text NOT NULL REFERENCES storage.buckets (id),
    key text NOT NULL,  -- file
    version text NOT NULL,
    owner_id text,
    created_at timestamptz NOT NULL,
    user_metadata jsonb,  -- doc
    metadata jsonb
);
INSERT INTO storage.s3_multipart_uploads (id, in_progress_size, upload_signature, bucket_id, key, version, owner_id, created_at, user_metadata, metadata) VALUES
    ('cn000115q', 1, 'cn000116q', 'kept1', 'people/cn000117q.pdf', 'kept1', 'kept1', '2024-01-01 10:00:00+00', '{"email": "cn000118q@canary.test", "number": 1}', '{}'),
    ('cn000119q', 2, 'cn000120q', 'kept2', 'people/cn000121q.pdf', 'kept2', 'kept2', '2024-02-01 10:00:00+00', '{"email": "cn000122q@canary.test", "number": 1}', '{}');

CREATE TABLE storage.s3_multipart_uploads_parts (
    id uuid PRIMARY KEY,
    upload_id text NOT NULL REFERENCES storage.s3_multipart_uploads (id),  -- key
    size bigint NOT NULL,
    part_number integer NOT NULL,
    bucket_id text NOT NULL REFERENCES storage.buckets (id),
    key text NOT NULL,  -- file
    etag text NOT NULL,
    owner_id text,
    version text NOT NULL,
    created_at timestamptz NOT NULL
);
INSERT INTO storage.s3_multipart_uploads_parts (id, upload_id, size, part_number, bucket_id, key, etag, owner_id, version, created_at) VALUES
    ('00000000-0000-4000-8000-000000000001', 'cn000115q', 1, 1, 'kept1', 'people/cn000123q.pdf', 'kept1', 'kept1', 'kept1', '2024-01-01 10:00:00+00'),
    ('00000000-0000-4000-8000-000000000002', 'cn000119q', 2, 2, 'kept2', 'people/cn000124q.pdf', 'kept2', 'kept2', 'kept2', '2024-02-01 10:00:00+00');

CREATE TABLE storage.buckets_analytics (
    name text NOT NULL,
    type text NOT NULL,
    format text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    id uuid PRIMARY KEY,
    deleted_at timestamptz
);
INSERT INTO storage.buckets_analytics (name, type, format, created_at, updated_at, id, deleted_at) VALUES
    ('kept1', 'kept1', 'kept1', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '00000000-0000-4000-8000-000000000001', '2024-01-01 10:00:00+00'),
    ('kept2', 'kept2', 'kept2', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '00000000-0000-4000-8000-000000000002', '2024-02-01 10:00:00+00');

CREATE TABLE storage.buckets_vectors (
    id text PRIMARY KEY,
    type text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
INSERT INTO storage.buckets_vectors (id, type, created_at, updated_at) VALUES
    ('kept1', 'kept1', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    ('kept2', 'kept2', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE storage.vector_indexes (
    id text PRIMARY KEY,
    name text NOT NULL,
    bucket_id text NOT NULL REFERENCES storage.buckets_vectors (id),
    data_type text NOT NULL,
    dimension integer NOT NULL,
    distance_metric text NOT NULL,
    metadata_configuration jsonb,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
INSERT INTO storage.vector_indexes (id, name, bucket_id, data_type, dimension, distance_metric, metadata_configuration, created_at, updated_at) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', 1, 'kept1', '{}', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    ('kept2', 'kept2', 'kept2', 'kept2', 2, 'kept2', '{}', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE realtime.messages (
    topic text NOT NULL,  -- free
    extension text NOT NULL,
    payload jsonb,  -- payload
    event text,
    private boolean,
    updated_at timestamp NOT NULL,
    inserted_at timestamp NOT NULL,
    id uuid PRIMARY KEY,
    binary_payload bytea  -- bytes
);
INSERT INTO realtime.messages (topic, extension, payload, event, private, updated_at, inserted_at, id, binary_payload) VALUES
    ('a note about cn000125q and more', 'kept1', '{"email": "cn000126q@canary.test", "number": 1}', 'kept1', true, '2024-01-01 10:00:00', '2024-01-01 10:00:00', '00000000-0000-4000-8000-000000000001', '\x636e30303031323771'),
    ('a note about cn000128q and more', 'kept2', '{"email": "cn000129q@canary.test", "number": 1}', 'kept2', false, '2024-02-01 10:00:00', '2024-02-01 10:00:00', '00000000-0000-4000-8000-000000000002', '\x636e30303031333071');

CREATE TABLE realtime.subscription (
    id bigint PRIMARY KEY,
    subscription_id uuid NOT NULL,
    claims jsonb NOT NULL,  -- secretdoc
    created_at timestamp NOT NULL,
    action_filter text
);
INSERT INTO realtime.subscription (id, subscription_id, claims, created_at, action_filter) VALUES
    (1, '00000000-0000-4000-8000-000000000001', '{"email": "cn000131q@canary.test", "number": 1}', '2024-01-01 10:00:00', 'kept1'),
    (2, '00000000-0000-4000-8000-000000000002', '{"email": "cn000132q@canary.test", "number": 1}', '2024-02-01 10:00:00', 'kept2');

CREATE TABLE vault.secrets (
    id uuid PRIMARY KEY,
    name text,
    description text NOT NULL,  -- free
    secret text NOT NULL,  -- secret
    key_id uuid,
    nonce bytea,  -- bytes
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
INSERT INTO vault.secrets (id, name, description, secret, key_id, nonce, created_at, updated_at) VALUES
    ('00000000-0000-4000-8000-000000000001', 'kept1', 'a note about cn000133q and more', 'cn000134q', '00000000-0000-4000-8000-000000000001', '\x636e30303031333571', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    ('00000000-0000-4000-8000-000000000002', 'kept2', 'a note about cn000136q and more', 'cn000137q', '00000000-0000-4000-8000-000000000002', '\x636e30303031333871', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE net.http_request_queue (
    id bigint PRIMARY KEY,
    method text NOT NULL,
    url text NOT NULL,  -- url
    headers jsonb,  -- secretdoc
    body bytea,  -- bytes
    timeout_milliseconds integer NOT NULL
);
INSERT INTO net.http_request_queue (id, method, url, headers, body, timeout_milliseconds) VALUES
    (1, 'kept1', 'https://cn000139q.canary.test/cn000139q', '{"email": "cn000140q@canary.test", "number": 1}', '\x636e30303031343171', 1),
    (2, 'kept2', 'https://cn000142q.canary.test/cn000142q', '{"email": "cn000143q@canary.test", "number": 1}', '\x636e30303031343471', 2);

CREATE TABLE net._http_response (
    id bigint PRIMARY KEY,
    status_code integer,
    content_type text,
    headers jsonb,  -- secretdoc
    content text,  -- payload
    timed_out boolean,
    error_msg text,  -- payload
    created timestamptz NOT NULL
);
INSERT INTO net._http_response (id, status_code, content_type, headers, content, timed_out, error_msg, created) VALUES
    (1, 1, 'kept1', '{"email": "cn000145q@canary.test", "number": 1}', 'cn000146q', true, 'cn000147q', '2024-01-01 10:00:00+00'),
    (2, 2, 'kept2', '{"email": "cn000148q@canary.test", "number": 1}', 'cn000149q', false, 'cn000150q', '2024-02-01 10:00:00+00');

CREATE TABLE cron.job (
    jobid bigint PRIMARY KEY,
    schedule text NOT NULL,
    command text NOT NULL,  -- secret
    nodename text NOT NULL,
    nodeport integer NOT NULL,
    database text NOT NULL,
    username text NOT NULL,
    active boolean NOT NULL,
    jobname text
);
INSERT INTO cron.job (jobid, schedule, command, nodename, nodeport, database, username, active, jobname) VALUES
    (1, 'kept1', 'cn000151q', 'kept1', 1, 'kept1', 'kept1', true, 'kept1'),
    (2, 'kept2', 'cn000152q', 'kept2', 2, 'kept2', 'kept2', false, 'kept2');

CREATE TABLE cron.job_run_details (
    jobid bigint,
    runid bigint PRIMARY KEY,
    job_pid integer,
    database text,
    username text,
    command text,  -- secret
    status text,
    return_message text,  -- payload
    start_time timestamptz,
    end_time timestamptz
);
INSERT INTO cron.job_run_details (jobid, runid, job_pid, database, username, command, status, return_message, start_time, end_time) VALUES
    (1, 1, 1, 'kept1', 'kept1', 'cn000153q', 'kept1', 'cn000154q', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    (2, 2, 2, 'kept2', 'kept2', 'cn000155q', 'kept2', 'cn000156q', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');
