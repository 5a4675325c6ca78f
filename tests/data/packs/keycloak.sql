-- Keycloak 26.0 to 26.2, as Liquibase leaves it on PostgreSQL, with the session and event columns of 26.5.
-- The names and types are the schema's, written anew. A column with a word behind it is personal or a secret; the test
-- holds the pack to that. Every such column has values that a search finds again.

CREATE TABLE public.user_entity (
    id varchar(36) PRIMARY KEY,
    email varchar(255),  -- email
    email_constraint varchar(255),  -- email
    email_verified boolean NOT NULL,
    enabled boolean NOT NULL,
    federation_link varchar(255),
    first_name varchar(255),  -- first
    last_name varchar(255),  -- last
    realm_id varchar(255),
    username varchar(255),  -- user
    created_timestamp bigint,
    service_account_client_link varchar(255),
    not_before integer NOT NULL,
    UNIQUE (realm_id, email_constraint),
    UNIQUE (realm_id, username)
);
INSERT INTO public.user_entity (id, email, email_constraint, email_verified, enabled, federation_link, first_name, last_name, realm_id, username, created_timestamp, service_account_client_link, not_before) VALUES
    ('kept1', 'cn000001q@canary.test', 'cn000002q@canary.test', true, true, 'kept1', 'cn000003q', 'cn000004q', 'kept1', 'cn000005q', 1, 'kept1', 1),
    ('kept2', 'cn000006q@canary.test', 'cn000007q@canary.test', false, false, 'kept2', 'cn000008q', 'cn000009q', 'kept2', 'cn000010q', 2, 'kept2', 2);

CREATE TABLE public.user_attribute (
    name varchar(255) NOT NULL,
    value varchar(255),  -- payload
    user_id varchar(36) NOT NULL REFERENCES public.user_entity (id),
    id varchar(36) PRIMARY KEY,
    long_value_hash bytea,  -- bytes
    long_value_hash_lower_case bytea,  -- bytes
    long_value text  -- payload
);
INSERT INTO public.user_attribute (name, value, user_id, id, long_value_hash, long_value_hash_lower_case, long_value) VALUES
    ('kept1', 'cn000011q', 'kept1', 'kept1', '\x636e30303030313271', '\x636e30303030313371', 'cn000014q'),
    ('kept2', 'cn000015q', 'kept2', 'kept2', '\x636e30303030313671', '\x636e30303030313771', 'cn000018q');

CREATE TABLE public.credential (
    id varchar(36) PRIMARY KEY,
    salt bytea,  -- bytes
    type varchar(255),
    user_id varchar(36) REFERENCES public.user_entity (id),
    created_date bigint,
    user_label varchar(255),  -- free
    secret_data text,  -- secret
    credential_data text,  -- secret
    priority integer
);
INSERT INTO public.credential (id, salt, type, user_id, created_date, user_label, secret_data, credential_data, priority) VALUES
    ('kept1', '\x636e30303030313971', 'kept1', 'kept1', 1, 'a note about cn000020q and more', 'cn000021q', 'cn000022q', 1),
    ('kept2', '\x636e30303030323371', 'kept2', 'kept2', 2, 'a note about cn000024q and more', 'cn000025q', 'cn000026q', 2);

CREATE TABLE public.federated_identity (
    identity_provider varchar(255) NOT NULL,
    realm_id varchar(36),
    federated_user_id varchar(255),  -- uid
    federated_username varchar(255),  -- user
    token text,  -- secret
    user_id varchar(36) NOT NULL REFERENCES public.user_entity (id),
    UNIQUE (identity_provider, user_id)
);
INSERT INTO public.federated_identity (identity_provider, realm_id, federated_user_id, federated_username, token, user_id) VALUES
    ('kept1', 'kept1', 'cn000027q', 'cn000028q', 'cn000029q', 'kept1'),
    ('kept2', 'kept2', 'cn000030q', 'cn000031q', 'cn000032q', 'kept2');

CREATE TABLE public.broker_link (
    identity_provider varchar(255) NOT NULL,
    storage_provider_id varchar(255),
    realm_id varchar(36) NOT NULL,
    broker_user_id varchar(255),  -- uid
    broker_username varchar(255),  -- user
    token text,  -- secret
    user_id varchar(255) NOT NULL,  -- uid
    UNIQUE (identity_provider, user_id)
);
INSERT INTO public.broker_link (identity_provider, storage_provider_id, realm_id, broker_user_id, broker_username, token, user_id) VALUES
    ('kept1', 'kept1', 'kept1', 'cn000033q', 'cn000034q', 'cn000035q', 'cn000036q'),
    ('kept2', 'kept2', 'kept2', 'cn000037q', 'cn000038q', 'cn000039q', 'cn000040q');

CREATE TABLE public.federated_user (
    id varchar(255) PRIMARY KEY,  -- uid
    storage_provider_id varchar(255),
    realm_id varchar(36) NOT NULL
);
INSERT INTO public.federated_user (id, storage_provider_id, realm_id) VALUES
    ('cn000041q', 'kept1', 'kept1'),
    ('cn000042q', 'kept2', 'kept2');

CREATE TABLE public.fed_user_attribute (
    id varchar(36) PRIMARY KEY,
    name varchar(255) NOT NULL,
    user_id varchar(255) NOT NULL,  -- uid
    realm_id varchar(36) NOT NULL,
    storage_provider_id varchar(36),
    value varchar(2024),  -- payload
    long_value_hash bytea,  -- bytes
    long_value_hash_lower_case bytea,  -- bytes
    long_value text  -- payload
);
INSERT INTO public.fed_user_attribute (id, name, user_id, realm_id, storage_provider_id, value, long_value_hash, long_value_hash_lower_case, long_value) VALUES
    ('kept1', 'kept1', 'cn000043q', 'kept1', 'kept1', 'cn000044q', '\x636e30303030343571', '\x636e30303030343671', 'cn000047q'),
    ('kept2', 'kept2', 'cn000048q', 'kept2', 'kept2', 'cn000049q', '\x636e30303030353071', '\x636e30303030353171', 'cn000052q');

CREATE TABLE public.fed_user_consent (
    id varchar(36) PRIMARY KEY,
    client_id varchar(255),
    user_id varchar(255) NOT NULL,  -- uid
    realm_id varchar(36) NOT NULL,
    storage_provider_id varchar(36),
    created_date bigint,
    last_updated_date bigint,
    client_storage_provider varchar(36),
    external_client_id varchar(255)
);
INSERT INTO public.fed_user_consent (id, client_id, user_id, realm_id, storage_provider_id, created_date, last_updated_date, client_storage_provider, external_client_id) VALUES
    ('kept1', 'kept1', 'cn000053q', 'kept1', 'kept1', 1, 1, 'kept1', 'kept1'),
    ('kept2', 'kept2', 'cn000054q', 'kept2', 'kept2', 2, 2, 'kept2', 'kept2');

CREATE TABLE public.fed_user_consent_cl_scope (
    user_consent_id varchar(36) NOT NULL,
    scope_id varchar(36) NOT NULL
);
INSERT INTO public.fed_user_consent_cl_scope (user_consent_id, scope_id) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.fed_user_credential (
    id varchar(36) PRIMARY KEY,
    salt bytea,  -- bytes
    type varchar(255),
    created_date bigint,
    user_id varchar(255) NOT NULL,  -- uid
    realm_id varchar(36) NOT NULL,
    storage_provider_id varchar(36),
    user_label varchar(255),  -- free
    secret_data text,  -- secret
    credential_data text,  -- secret
    priority integer
);
INSERT INTO public.fed_user_credential (id, salt, type, created_date, user_id, realm_id, storage_provider_id, user_label, secret_data, credential_data, priority) VALUES
    ('kept1', '\x636e30303030353571', 'kept1', 1, 'cn000056q', 'kept1', 'kept1', 'a note about cn000057q and more', 'cn000058q', 'cn000059q', 1),
    ('kept2', '\x636e30303030363071', 'kept2', 2, 'cn000061q', 'kept2', 'kept2', 'a note about cn000062q and more', 'cn000063q', 'cn000064q', 2);

CREATE TABLE public.fed_user_group_membership (
    group_id varchar(36) NOT NULL,
    user_id varchar(255) NOT NULL,  -- uid
    realm_id varchar(36) NOT NULL,
    storage_provider_id varchar(36),
    UNIQUE (group_id, user_id)
);
INSERT INTO public.fed_user_group_membership (group_id, user_id, realm_id, storage_provider_id) VALUES
    ('kept1', 'cn000065q', 'kept1', 'kept1'),
    ('kept2', 'cn000066q', 'kept2', 'kept2');

CREATE TABLE public.fed_user_required_action (
    required_action varchar(255) NOT NULL,
    user_id varchar(255) NOT NULL,  -- uid
    realm_id varchar(36) NOT NULL,
    storage_provider_id varchar(36)
);
INSERT INTO public.fed_user_required_action (required_action, user_id, realm_id, storage_provider_id) VALUES
    ('kept1', 'cn000067q', 'kept1', 'kept1'),
    ('kept2', 'cn000068q', 'kept2', 'kept2');

CREATE TABLE public.fed_user_role_mapping (
    role_id varchar(36) NOT NULL,
    user_id varchar(255) NOT NULL,  -- uid
    realm_id varchar(36) NOT NULL,
    storage_provider_id varchar(36)
);
INSERT INTO public.fed_user_role_mapping (role_id, user_id, realm_id, storage_provider_id) VALUES
    ('kept1', 'cn000069q', 'kept1', 'kept1'),
    ('kept2', 'cn000070q', 'kept2', 'kept2');

CREATE TABLE public.event_entity (
    id varchar(36) PRIMARY KEY,
    client_id varchar(255),
    details_json varchar(2550),  -- payload
    error varchar(255),
    ip_address varchar(255),  -- ip
    realm_id varchar(255),
    session_id varchar(255),  -- key
    event_time bigint,
    type varchar(255),
    user_id varchar(255),  -- uid
    details_json_long_value text,  -- payload
    user_name varchar(255)  -- user
);
INSERT INTO public.event_entity (id, client_id, details_json, error, ip_address, realm_id, session_id, event_time, type, user_id, details_json_long_value, user_name) VALUES
    ('kept1', 'kept1', 'cn000071q', 'kept1', '10.77.1.73', 'kept1', 'cn000073q', 1, 'kept1', 'cn000074q', 'cn000075q', 'cn000076q'),
    ('kept2', 'kept2', 'cn000077q', 'kept2', '10.77.1.79', 'kept2', 'cn000079q', 2, 'kept2', 'cn000080q', 'cn000081q', 'cn000082q');

CREATE TABLE public.admin_event_entity (
    id varchar(36) PRIMARY KEY,
    admin_event_time bigint,
    realm_id varchar(255),
    operation_type varchar(255),
    auth_realm_id varchar(255),
    auth_client_id varchar(255),
    auth_user_id varchar(255),  -- uid
    ip_address varchar(255),  -- ip
    resource_path varchar(2550),  -- payload
    representation text,  -- payload
    error varchar(255),
    resource_type varchar(64),
    details_json text  -- payload
);
INSERT INTO public.admin_event_entity (id, admin_event_time, realm_id, operation_type, auth_realm_id, auth_client_id, auth_user_id, ip_address, resource_path, representation, error, resource_type, details_json) VALUES
    ('kept1', 1, 'kept1', 'kept1', 'kept1', 'kept1', 'cn000083q', '10.77.1.85', 'cn000085q', 'cn000086q', 'kept1', 'kept1', 'cn000087q'),
    ('kept2', 2, 'kept2', 'kept2', 'kept2', 'kept2', 'cn000088q', '10.77.1.90', 'cn000090q', 'cn000091q', 'kept2', 'kept2', 'cn000092q');

CREATE TABLE public.offline_user_session (
    user_session_id varchar(36) NOT NULL,  -- key
    user_id varchar(255) NOT NULL,  -- uid
    realm_id varchar(36) NOT NULL,
    created_on integer NOT NULL,
    offline_flag varchar(4) NOT NULL,
    data text,  -- payload
    last_session_refresh integer NOT NULL,
    broker_session_id varchar(1024),  -- key
    version integer,
    remember_me boolean,
    UNIQUE (user_session_id, offline_flag)
);
INSERT INTO public.offline_user_session (user_session_id, user_id, realm_id, created_on, offline_flag, data, last_session_refresh, broker_session_id, version, remember_me) VALUES
    ('cn000093q', 'cn000094q', 'kept1', 1, 'k1', 'cn000095q', 1, 'cn000096q', 1, true),
    ('cn000097q', 'cn000098q', 'kept2', 2, 'k2', 'cn000099q', 2, 'cn000100q', 2, false);

CREATE TABLE public.offline_client_session (
    user_session_id varchar(36) NOT NULL,  -- key
    client_id varchar(255) NOT NULL,
    offline_flag varchar(4) NOT NULL,
    timestamp integer,
    data text,  -- payload
    client_storage_provider varchar(36) NOT NULL,
    external_client_id varchar(255) NOT NULL,
    version integer,
    UNIQUE (user_session_id, client_id, client_storage_provider, external_client_id, offline_flag)
);
INSERT INTO public.offline_client_session (user_session_id, client_id, offline_flag, timestamp, data, client_storage_provider, external_client_id, version) VALUES
    ('cn000101q', 'kept1', 'k1', 1, 'cn000102q', 'kept1', 'kept1', 1),
    ('cn000103q', 'kept2', 'k2', 2, 'cn000104q', 'kept2', 'kept2', 2);

CREATE TABLE public.revoked_token (
    id varchar(255) PRIMARY KEY,  -- key
    expire bigint NOT NULL
);
INSERT INTO public.revoked_token (id, expire) VALUES
    ('cn000105q', 1),
    ('cn000106q', 2);

CREATE TABLE public.user_consent (
    id varchar(36) PRIMARY KEY,
    client_id varchar(255),
    user_id varchar(36) NOT NULL REFERENCES public.user_entity (id),
    created_date bigint,
    last_updated_date bigint,
    client_storage_provider varchar(36),
    external_client_id varchar(255)
);
INSERT INTO public.user_consent (id, client_id, user_id, created_date, last_updated_date, client_storage_provider, external_client_id) VALUES
    ('kept1', 'kept1', 'kept1', 1, 1, 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2', 2, 2, 'kept2', 'kept2');

CREATE TABLE public.user_consent_client_scope (
    user_consent_id varchar(36) NOT NULL REFERENCES public.user_consent (id),
    scope_id varchar(36) NOT NULL
);
INSERT INTO public.user_consent_client_scope (user_consent_id, scope_id) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.user_group_membership (
    group_id varchar(36) NOT NULL,
    user_id varchar(36) NOT NULL REFERENCES public.user_entity (id),
    membership_type varchar(255) NOT NULL
);
INSERT INTO public.user_group_membership (group_id, user_id, membership_type) VALUES
    ('kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2');

CREATE TABLE public.user_required_action (
    user_id varchar(36) NOT NULL REFERENCES public.user_entity (id),
    required_action varchar(255) NOT NULL
);
INSERT INTO public.user_required_action (user_id, required_action) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.user_role_mapping (
    role_id varchar(255) NOT NULL,
    user_id varchar(36) NOT NULL REFERENCES public.user_entity (id)
);
INSERT INTO public.user_role_mapping (role_id, user_id) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.realm (
    id varchar(36) PRIMARY KEY,
    access_code_lifespan integer,
    user_action_lifespan integer,
    access_token_lifespan integer,
    account_theme varchar(255),
    admin_theme varchar(255),
    email_theme varchar(255),
    enabled boolean NOT NULL,
    events_enabled boolean NOT NULL,
    events_expiration bigint,
    login_theme varchar(255),
    name varchar(255) UNIQUE,
    not_before integer,
    password_policy varchar(2550),
    registration_allowed boolean NOT NULL,
    remember_me boolean NOT NULL,
    reset_password_allowed boolean NOT NULL,
    social boolean NOT NULL,
    ssl_required varchar(255),
    sso_idle_timeout integer,
    sso_max_lifespan integer,
    update_profile_on_soc_login boolean NOT NULL,
    verify_email boolean NOT NULL,
    master_admin_client varchar(36),
    login_lifespan integer,
    internationalization_enabled boolean NOT NULL,
    default_locale varchar(255),
    reg_email_as_username boolean NOT NULL,
    admin_events_enabled boolean NOT NULL,
    admin_events_details_enabled boolean NOT NULL,
    edit_username_allowed boolean NOT NULL,
    otp_policy_counter integer,
    otp_policy_window integer,
    otp_policy_period integer,
    otp_policy_digits integer,
    otp_policy_alg varchar(36),
    otp_policy_type varchar(36),
    browser_flow varchar(36),
    registration_flow varchar(36),
    direct_grant_flow varchar(36),
    reset_credentials_flow varchar(36),
    client_auth_flow varchar(36),
    offline_session_idle_timeout integer,
    revoke_refresh_token boolean NOT NULL,
    access_token_life_implicit integer,
    login_with_email_allowed boolean NOT NULL,
    duplicate_emails_allowed boolean NOT NULL,
    docker_auth_flow varchar(36),
    refresh_token_max_reuse integer,
    allow_user_managed_access boolean NOT NULL,
    sso_max_lifespan_remember_me integer NOT NULL,
    sso_idle_timeout_remember_me integer NOT NULL,
    default_role varchar(255)
);
INSERT INTO public.realm (id, access_code_lifespan, user_action_lifespan, access_token_lifespan, account_theme, admin_theme, email_theme, enabled, events_enabled, events_expiration, login_theme, name, not_before, password_policy, registration_allowed, remember_me, reset_password_allowed, social, ssl_required, sso_idle_timeout, sso_max_lifespan, update_profile_on_soc_login, verify_email, master_admin_client, login_lifespan, internationalization_enabled, default_locale, reg_email_as_username, admin_events_enabled, admin_events_details_enabled, edit_username_allowed, otp_policy_counter, otp_policy_window, otp_policy_period, otp_policy_digits, otp_policy_alg, otp_policy_type, browser_flow, registration_flow, direct_grant_flow, reset_credentials_flow, client_auth_flow, offline_session_idle_timeout, revoke_refresh_token, access_token_life_implicit, login_with_email_allowed, duplicate_emails_allowed, docker_auth_flow, refresh_token_max_reuse, allow_user_managed_access, sso_max_lifespan_remember_me, sso_idle_timeout_remember_me, default_role) VALUES
    ('kept1', 1, 1, 1, 'kept1', 'kept1', 'kept1', true, true, 1, 'kept1', 'kept1', 1, 'kept1', true, true, true, true, 'kept1', 1, 1, true, true, 'kept1', 1, true, 'kept1', true, true, true, true, 1, 1, 1, 1, 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 1, true, 1, true, true, 'kept1', 1, true, 1, 1, 'kept1'),
    ('kept2', 2, 2, 2, 'kept2', 'kept2', 'kept2', false, false, 2, 'kept2', 'kept2', 2, 'kept2', false, false, false, false, 'kept2', 2, 2, false, false, 'kept2', 2, false, 'kept2', false, false, false, false, 2, 2, 2, 2, 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 2, false, 2, false, false, 'kept2', 2, false, 2, 2, 'kept2');

CREATE TABLE public.client (
    id varchar(36) PRIMARY KEY,
    enabled boolean NOT NULL,
    full_scope_allowed boolean NOT NULL,
    client_id varchar(255),
    not_before integer,
    public_client boolean NOT NULL,
    secret varchar(255),  -- secret
    base_url varchar(255),
    bearer_only boolean NOT NULL,
    management_url varchar(255),
    surrogate_auth_required boolean NOT NULL,
    realm_id varchar(36),
    protocol varchar(255),
    node_rereg_timeout integer,
    frontchannel_logout boolean NOT NULL,
    consent_required boolean NOT NULL,
    name varchar(255),
    service_accounts_enabled boolean NOT NULL,
    client_authenticator_type varchar(255),
    root_url varchar(255),
    description varchar(255),
    registration_token varchar(255),  -- secret
    standard_flow_enabled boolean NOT NULL,
    implicit_flow_enabled boolean NOT NULL,
    direct_access_grants_enabled boolean NOT NULL,
    always_display_in_console boolean NOT NULL
);
INSERT INTO public.client (id, enabled, full_scope_allowed, client_id, not_before, public_client, secret, base_url, bearer_only, management_url, surrogate_auth_required, realm_id, protocol, node_rereg_timeout, frontchannel_logout, consent_required, name, service_accounts_enabled, client_authenticator_type, root_url, description, registration_token, standard_flow_enabled, implicit_flow_enabled, direct_access_grants_enabled, always_display_in_console) VALUES
    ('kept1', true, true, 'kept1', 1, true, 'cn000107q', 'kept1', true, 'kept1', true, 'kept1', 'kept1', 1, true, true, 'kept1', true, 'kept1', 'kept1', 'kept1', 'cn000108q', true, true, true, true),
    ('kept2', false, false, 'kept2', 2, false, 'cn000109q', 'kept2', false, 'kept2', false, 'kept2', 'kept2', 2, false, false, 'kept2', false, 'kept2', 'kept2', 'kept2', 'cn000110q', false, false, false, false);

CREATE TABLE public.client_attributes (
    client_id varchar(36) NOT NULL REFERENCES public.client (id),
    name varchar(255) NOT NULL,
    value text  -- secret
);
INSERT INTO public.client_attributes (client_id, name, value) VALUES
    ('kept1', 'kept1', 'cn000111q'),
    ('kept2', 'kept2', 'cn000112q');

CREATE TABLE public.client_auth_flow_bindings (
    client_id varchar(36) NOT NULL,
    flow_id varchar(36),
    binding_name varchar(255) NOT NULL
);
INSERT INTO public.client_auth_flow_bindings (client_id, flow_id, binding_name) VALUES
    ('kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2');

CREATE TABLE public.client_initial_access (
    id varchar(36) PRIMARY KEY,
    realm_id varchar(36) NOT NULL,
    timestamp integer,
    expiration integer,
    count integer,
    remaining_count integer
);
INSERT INTO public.client_initial_access (id, realm_id, timestamp, expiration, count, remaining_count) VALUES
    ('kept1', 'kept1', 1, 1, 1, 1),
    ('kept2', 'kept2', 2, 2, 2, 2);

CREATE TABLE public.client_node_registrations (
    client_id varchar(36) NOT NULL,
    value integer,
    name varchar(255) NOT NULL
);
INSERT INTO public.client_node_registrations (client_id, value, name) VALUES
    ('kept1', 1, 'kept1'),
    ('kept2', 2, 'kept2');

CREATE TABLE public.client_scope (
    id varchar(36) PRIMARY KEY,
    name varchar(255),
    realm_id varchar(36),
    description varchar(255),
    protocol varchar(255)
);
INSERT INTO public.client_scope (id, name, realm_id, description, protocol) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2', 'kept2', 'kept2');

CREATE TABLE public.client_scope_attributes (
    scope_id varchar(36) NOT NULL,
    value varchar(2048),
    name varchar(255) NOT NULL
);
INSERT INTO public.client_scope_attributes (scope_id, value, name) VALUES
    ('kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2');

CREATE TABLE public.client_scope_client (
    client_id varchar(255) NOT NULL,
    scope_id varchar(255) NOT NULL,
    default_scope boolean NOT NULL
);
INSERT INTO public.client_scope_client (client_id, scope_id, default_scope) VALUES
    ('kept1', 'kept1', true),
    ('kept2', 'kept2', false);

CREATE TABLE public.client_scope_role_mapping (
    scope_id varchar(36) NOT NULL,
    role_id varchar(36) NOT NULL
);
INSERT INTO public.client_scope_role_mapping (scope_id, role_id) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.default_client_scope (
    realm_id varchar(36) NOT NULL,
    scope_id varchar(36) NOT NULL,
    default_scope boolean NOT NULL
);
INSERT INTO public.default_client_scope (realm_id, scope_id, default_scope) VALUES
    ('kept1', 'kept1', true),
    ('kept2', 'kept2', false);

CREATE TABLE public.component (
    id varchar(36) PRIMARY KEY,
    name varchar(255),
    parent_id varchar(36),
    provider_id varchar(36),
    provider_type varchar(255),
    realm_id varchar(36),
    sub_type varchar(255)
);
INSERT INTO public.component (id, name, parent_id, provider_id, provider_type, realm_id, sub_type) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2');

CREATE TABLE public.component_config (
    id varchar(36) PRIMARY KEY,
    component_id varchar(36) NOT NULL REFERENCES public.component (id),
    name varchar(255) NOT NULL,
    value text  -- secret
);
INSERT INTO public.component_config (id, component_id, name, value) VALUES
    ('kept1', 'kept1', 'kept1', 'cn000113q'),
    ('kept2', 'kept2', 'kept2', 'cn000114q');

CREATE TABLE public.identity_provider (
    internal_id varchar(36) PRIMARY KEY,
    enabled boolean NOT NULL,
    provider_alias varchar(255),
    provider_id varchar(255),
    store_token boolean,
    authenticate_by_default boolean,
    realm_id varchar(36),
    add_token_role boolean,
    trust_email boolean,
    first_broker_login_flow_id varchar(36),
    post_broker_login_flow_id varchar(36),
    provider_display_name varchar(255),
    link_only boolean,
    organization_id varchar(255),
    hide_on_login boolean
);
INSERT INTO public.identity_provider (internal_id, enabled, provider_alias, provider_id, store_token, authenticate_by_default, realm_id, add_token_role, trust_email, first_broker_login_flow_id, post_broker_login_flow_id, provider_display_name, link_only, organization_id, hide_on_login) VALUES
    ('kept1', true, 'kept1', 'kept1', true, true, 'kept1', true, true, 'kept1', 'kept1', 'kept1', true, 'kept1', true),
    ('kept2', false, 'kept2', 'kept2', false, false, 'kept2', false, false, 'kept2', 'kept2', 'kept2', false, 'kept2', false);

CREATE TABLE public.identity_provider_config (
    identity_provider_id varchar(36) NOT NULL REFERENCES public.identity_provider (internal_id),
    value text,  -- secret
    name varchar(255) NOT NULL
);
INSERT INTO public.identity_provider_config (identity_provider_id, value, name) VALUES
    ('kept1', 'cn000115q', 'kept1'),
    ('kept2', 'cn000116q', 'kept2');

CREATE TABLE public.identity_provider_mapper (
    id varchar(36) PRIMARY KEY,
    name varchar(255) NOT NULL,
    idp_alias varchar(255) NOT NULL,
    idp_mapper_name varchar(255) NOT NULL,
    realm_id varchar(36) NOT NULL
);
INSERT INTO public.identity_provider_mapper (id, name, idp_alias, idp_mapper_name, realm_id) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2', 'kept2', 'kept2');

CREATE TABLE public.idp_mapper_config (
    idp_mapper_id varchar(36) NOT NULL,
    value text,
    name varchar(255) NOT NULL
);
INSERT INTO public.idp_mapper_config (idp_mapper_id, value, name) VALUES
    ('kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2');

CREATE TABLE public.protocol_mapper (
    id varchar(36) PRIMARY KEY,
    name varchar(255) NOT NULL,
    protocol varchar(255) NOT NULL,
    protocol_mapper_name varchar(255) NOT NULL,
    client_id varchar(36),
    client_scope_id varchar(36)
);
INSERT INTO public.protocol_mapper (id, name, protocol, protocol_mapper_name, client_id, client_scope_id) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2');

CREATE TABLE public.protocol_mapper_config (
    protocol_mapper_id varchar(36) NOT NULL,
    value text,
    name varchar(255) NOT NULL
);
INSERT INTO public.protocol_mapper_config (protocol_mapper_id, value, name) VALUES
    ('kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2');

CREATE TABLE public.authentication_flow (
    id varchar(36) PRIMARY KEY,
    alias varchar(255),
    description varchar(255),
    realm_id varchar(36),
    provider_id varchar(36) NOT NULL,
    top_level boolean NOT NULL,
    built_in boolean NOT NULL
);
INSERT INTO public.authentication_flow (id, alias, description, realm_id, provider_id, top_level, built_in) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', 'kept1', true, true),
    ('kept2', 'kept2', 'kept2', 'kept2', 'kept2', false, false);

CREATE TABLE public.authentication_execution (
    id varchar(36) PRIMARY KEY,
    alias varchar(255),
    authenticator varchar(36),
    realm_id varchar(36),
    flow_id varchar(36),
    requirement integer,
    priority integer,
    authenticator_flow boolean NOT NULL,
    auth_flow_id varchar(36),
    auth_config varchar(36)
);
INSERT INTO public.authentication_execution (id, alias, authenticator, realm_id, flow_id, requirement, priority, authenticator_flow, auth_flow_id, auth_config) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', 'kept1', 1, 1, true, 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2', 'kept2', 'kept2', 2, 2, false, 'kept2', 'kept2');

CREATE TABLE public.authenticator_config (
    id varchar(36) PRIMARY KEY,
    alias varchar(255),
    realm_id varchar(36)
);
INSERT INTO public.authenticator_config (id, alias, realm_id) VALUES
    ('kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2');

CREATE TABLE public.authenticator_config_entry (
    authenticator_id varchar(36) NOT NULL,
    value text,  -- secret
    name varchar(255) NOT NULL
);
INSERT INTO public.authenticator_config_entry (authenticator_id, value, name) VALUES
    ('kept1', 'cn000117q', 'kept1'),
    ('kept2', 'cn000118q', 'kept2');

CREATE TABLE public.required_action_provider (
    id varchar(36) PRIMARY KEY,
    alias varchar(255),
    name varchar(255),
    realm_id varchar(36),
    enabled boolean NOT NULL,
    default_action boolean NOT NULL,
    provider_id varchar(255),
    priority integer
);
INSERT INTO public.required_action_provider (id, alias, name, realm_id, enabled, default_action, provider_id, priority) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', true, true, 'kept1', 1),
    ('kept2', 'kept2', 'kept2', 'kept2', false, false, 'kept2', 2);

CREATE TABLE public.required_action_config (
    required_action_id varchar(36) NOT NULL,
    value text,
    name varchar(255) NOT NULL
);
INSERT INTO public.required_action_config (required_action_id, value, name) VALUES
    ('kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2');

CREATE TABLE public.realm_attribute (
    name varchar(255) NOT NULL,
    realm_id varchar(36) NOT NULL,
    value text
);
INSERT INTO public.realm_attribute (name, realm_id, value) VALUES
    ('kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2');

CREATE TABLE public.realm_default_groups (
    realm_id varchar(36) NOT NULL,
    group_id varchar(36) NOT NULL
);
INSERT INTO public.realm_default_groups (realm_id, group_id) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.realm_enabled_event_types (
    realm_id varchar(36) NOT NULL,
    value varchar(255) NOT NULL
);
INSERT INTO public.realm_enabled_event_types (realm_id, value) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.realm_events_listeners (
    realm_id varchar(36) NOT NULL,
    value varchar(255) NOT NULL
);
INSERT INTO public.realm_events_listeners (realm_id, value) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.realm_localizations (
    realm_id varchar(255) NOT NULL,
    locale varchar(255) NOT NULL,
    texts text NOT NULL
);
INSERT INTO public.realm_localizations (realm_id, locale, texts) VALUES
    ('kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2');

CREATE TABLE public.realm_required_credential (
    type varchar(255) NOT NULL,
    form_label varchar(255),
    input boolean NOT NULL,
    secret boolean NOT NULL,
    realm_id varchar(36) NOT NULL
);
INSERT INTO public.realm_required_credential (type, form_label, input, secret, realm_id) VALUES
    ('kept1', 'kept1', true, true, 'kept1'),
    ('kept2', 'kept2', false, false, 'kept2');

CREATE TABLE public.realm_smtp_config (
    realm_id varchar(36) NOT NULL REFERENCES public.realm (id),
    value varchar(255),  -- secret
    name varchar(255) NOT NULL
);
INSERT INTO public.realm_smtp_config (realm_id, value, name) VALUES
    ('kept1', 'cn000119q', 'kept1'),
    ('kept2', 'cn000120q', 'kept2');

CREATE TABLE public.realm_supported_locales (
    realm_id varchar(36) NOT NULL,
    value varchar(255) NOT NULL
);
INSERT INTO public.realm_supported_locales (realm_id, value) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.keycloak_role (
    id varchar(36) PRIMARY KEY,
    client_realm_constraint varchar(255),
    client_role boolean NOT NULL,
    description varchar(255),
    name varchar(255),
    realm_id varchar(255),
    client varchar(36),
    realm varchar(36)
);
INSERT INTO public.keycloak_role (id, client_realm_constraint, client_role, description, name, realm_id, client, realm) VALUES
    ('kept1', 'kept1', true, 'kept1', 'kept1', 'kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', false, 'kept2', 'kept2', 'kept2', 'kept2', 'kept2');

CREATE TABLE public.composite_role (
    composite varchar(36) NOT NULL,
    child_role varchar(36) NOT NULL
);
INSERT INTO public.composite_role (composite, child_role) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.role_attribute (
    id varchar(36) PRIMARY KEY,
    role_id varchar(36) NOT NULL,
    name varchar(255) NOT NULL,
    value varchar(255)
);
INSERT INTO public.role_attribute (id, role_id, name, value) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2', 'kept2');

CREATE TABLE public.scope_mapping (
    client_id varchar(36) NOT NULL,
    role_id varchar(36) NOT NULL
);
INSERT INTO public.scope_mapping (client_id, role_id) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.keycloak_group (
    id varchar(36) PRIMARY KEY,
    name varchar(255),
    parent_group varchar(36) NOT NULL,
    realm_id varchar(36),
    type integer NOT NULL
);
INSERT INTO public.keycloak_group (id, name, parent_group, realm_id, type) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', 1),
    ('kept2', 'kept2', 'kept2', 'kept2', 2);

CREATE TABLE public.group_attribute (
    id varchar(36) PRIMARY KEY,
    name varchar(255) NOT NULL,
    value varchar(255),  -- payload
    group_id varchar(36) NOT NULL REFERENCES public.keycloak_group (id)
);
INSERT INTO public.group_attribute (id, name, value, group_id) VALUES
    ('kept1', 'kept1', 'cn000121q', 'kept1'),
    ('kept2', 'kept2', 'cn000122q', 'kept2');

CREATE TABLE public.group_role_mapping (
    role_id varchar(36) NOT NULL,
    group_id varchar(36) NOT NULL
);
INSERT INTO public.group_role_mapping (role_id, group_id) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.org (
    id varchar(255) PRIMARY KEY,
    enabled boolean NOT NULL,
    realm_id varchar(255) NOT NULL,
    group_id varchar(255) NOT NULL,
    name varchar(255) NOT NULL,
    description varchar(4000),  -- free
    alias varchar(255) NOT NULL,
    redirect_url varchar(2048)
);
INSERT INTO public.org (id, enabled, realm_id, group_id, name, description, alias, redirect_url) VALUES
    ('kept1', true, 'kept1', 'kept1', 'kept1', 'a note about cn000123q and more', 'kept1', 'kept1'),
    ('kept2', false, 'kept2', 'kept2', 'kept2', 'a note about cn000124q and more', 'kept2', 'kept2');

CREATE TABLE public.org_domain (
    id varchar(36) PRIMARY KEY,
    name varchar(255) NOT NULL,
    verified boolean NOT NULL,
    org_id varchar(255) NOT NULL
);
INSERT INTO public.org_domain (id, name, verified, org_id) VALUES
    ('kept1', 'kept1', true, 'kept1'),
    ('kept2', 'kept2', false, 'kept2');

CREATE TABLE public.redirect_uris (
    client_id varchar(36) NOT NULL,
    value varchar(255) NOT NULL
);
INSERT INTO public.redirect_uris (client_id, value) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.web_origins (
    client_id varchar(36) NOT NULL,
    value varchar(255) NOT NULL
);
INSERT INTO public.web_origins (client_id, value) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.resource_server (
    id varchar(36) PRIMARY KEY,
    allow_rs_remote_mgmt boolean NOT NULL,
    policy_enforce_mode smallint NOT NULL,
    decision_strategy smallint NOT NULL
);
INSERT INTO public.resource_server (id, allow_rs_remote_mgmt, policy_enforce_mode, decision_strategy) VALUES
    ('kept1', true, 1, 1),
    ('kept2', false, 2, 2);

CREATE TABLE public.resource_server_policy (
    id varchar(36) PRIMARY KEY,
    name varchar(255) NOT NULL,
    description varchar(255),
    type varchar(255) NOT NULL,
    decision_strategy smallint,
    logic smallint,
    resource_server_id varchar(36) NOT NULL,
    owner varchar(255)
);
INSERT INTO public.resource_server_policy (id, name, description, type, decision_strategy, logic, resource_server_id, owner) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', 1, 1, 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2', 'kept2', 2, 2, 'kept2', 'kept2');

CREATE TABLE public.resource_server_resource (
    id varchar(36) PRIMARY KEY,
    name varchar(255) NOT NULL,  -- free
    type varchar(255),
    icon_uri varchar(255),
    owner varchar(255) NOT NULL,  -- uid
    resource_server_id varchar(36) NOT NULL,
    owner_managed_access boolean NOT NULL,
    display_name varchar(255)  -- free
);
INSERT INTO public.resource_server_resource (id, name, type, icon_uri, owner, resource_server_id, owner_managed_access, display_name) VALUES
    ('kept1', 'a note about cn000125q and more', 'kept1', 'kept1', 'cn000126q', 'kept1', true, 'a note about cn000127q and more'),
    ('kept2', 'a note about cn000128q and more', 'kept2', 'kept2', 'cn000129q', 'kept2', false, 'a note about cn000130q and more');

CREATE TABLE public.resource_server_scope (
    id varchar(36) PRIMARY KEY,
    name varchar(255) NOT NULL,
    icon_uri varchar(255),
    resource_server_id varchar(36) NOT NULL,
    display_name varchar(255)
);
INSERT INTO public.resource_server_scope (id, name, icon_uri, resource_server_id, display_name) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2', 'kept2', 'kept2');

CREATE TABLE public.resource_server_perm_ticket (
    id varchar(36) PRIMARY KEY,
    owner varchar(255) NOT NULL,  -- uid
    requester varchar(255) NOT NULL,  -- uid
    created_timestamp bigint NOT NULL,
    granted_timestamp bigint,
    resource_id varchar(36) NOT NULL,
    scope_id varchar(36),
    resource_server_id varchar(36) NOT NULL,
    policy_id varchar(36)
);
INSERT INTO public.resource_server_perm_ticket (id, owner, requester, created_timestamp, granted_timestamp, resource_id, scope_id, resource_server_id, policy_id) VALUES
    ('kept1', 'cn000131q', 'cn000132q', 1, 1, 'kept1', 'kept1', 'kept1', 'kept1'),
    ('kept2', 'cn000133q', 'cn000134q', 2, 2, 'kept2', 'kept2', 'kept2', 'kept2');

CREATE TABLE public.resource_uris (
    resource_id varchar(36) NOT NULL,
    value varchar(255) NOT NULL
);
INSERT INTO public.resource_uris (resource_id, value) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.resource_attribute (
    id varchar(36) PRIMARY KEY,
    name varchar(255) NOT NULL,
    value varchar(255),  -- payload
    resource_id varchar(36) NOT NULL
);
INSERT INTO public.resource_attribute (id, name, value, resource_id) VALUES
    ('kept1', 'kept1', 'cn000135q', 'kept1'),
    ('kept2', 'kept2', 'cn000136q', 'kept2');

CREATE TABLE public.resource_policy (
    resource_id varchar(36) NOT NULL,
    policy_id varchar(36) NOT NULL
);
INSERT INTO public.resource_policy (resource_id, policy_id) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.resource_scope (
    resource_id varchar(36) NOT NULL,
    scope_id varchar(36) NOT NULL
);
INSERT INTO public.resource_scope (resource_id, scope_id) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.associated_policy (
    policy_id varchar(36) NOT NULL,
    associated_policy_id varchar(36) NOT NULL
);
INSERT INTO public.associated_policy (policy_id, associated_policy_id) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.scope_policy (
    scope_id varchar(36) NOT NULL,
    policy_id varchar(36) NOT NULL
);
INSERT INTO public.scope_policy (scope_id, policy_id) VALUES
    ('kept1', 'kept1'),
    ('kept2', 'kept2');

CREATE TABLE public.policy_config (
    policy_id varchar(36) NOT NULL,
    name varchar(255) NOT NULL,
    value text
);
INSERT INTO public.policy_config (policy_id, name, value) VALUES
    ('kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2');

CREATE TABLE public.user_federation_provider (
    id varchar(36) PRIMARY KEY,
    changed_sync_period integer,
    display_name varchar(255),
    full_sync_period integer,
    last_sync integer,
    priority integer,
    provider_name varchar(255),
    realm_id varchar(36)
);
INSERT INTO public.user_federation_provider (id, changed_sync_period, display_name, full_sync_period, last_sync, priority, provider_name, realm_id) VALUES
    ('kept1', 1, 'kept1', 1, 1, 1, 'kept1', 'kept1'),
    ('kept2', 2, 'kept2', 2, 2, 2, 'kept2', 'kept2');

CREATE TABLE public.user_federation_config (
    user_federation_provider_id varchar(36) NOT NULL,
    value varchar(255),  -- secret
    name varchar(255) NOT NULL
);
INSERT INTO public.user_federation_config (user_federation_provider_id, value, name) VALUES
    ('kept1', 'cn000137q', 'kept1'),
    ('kept2', 'cn000138q', 'kept2');

CREATE TABLE public.user_federation_mapper (
    id varchar(36) PRIMARY KEY,
    name varchar(255) NOT NULL,
    federation_provider_id varchar(36) NOT NULL,
    federation_mapper_type varchar(255) NOT NULL,
    realm_id varchar(36) NOT NULL
);
INSERT INTO public.user_federation_mapper (id, name, federation_provider_id, federation_mapper_type, realm_id) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2', 'kept2', 'kept2');

CREATE TABLE public.user_federation_mapper_config (
    user_federation_mapper_id varchar(36) NOT NULL,
    value varchar(255),
    name varchar(255) NOT NULL
);
INSERT INTO public.user_federation_mapper_config (user_federation_mapper_id, value, name) VALUES
    ('kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2');

CREATE TABLE public.jgroups_ping (
    address varchar(200) PRIMARY KEY,
    name varchar(200),
    cluster_name varchar(200) NOT NULL,
    ip varchar(200) NOT NULL,
    coord boolean
);
INSERT INTO public.jgroups_ping (address, name, cluster_name, ip, coord) VALUES
    ('kept1', 'kept1', 'kept1', 'kept1', true),
    ('kept2', 'kept2', 'kept2', 'kept2', false);

CREATE TABLE public.migration_model (
    id varchar(36) PRIMARY KEY,
    version varchar(36),
    update_time bigint NOT NULL
);
INSERT INTO public.migration_model (id, version, update_time) VALUES
    ('kept1', 'kept1', 1),
    ('kept2', 'kept2', 2);

CREATE TABLE public.databasechangelog (
    id varchar(255) NOT NULL,
    author varchar(255) NOT NULL,
    filename varchar(255) NOT NULL,
    dateexecuted timestamp NOT NULL,
    orderexecuted integer NOT NULL,
    exectype varchar(10) NOT NULL,
    md5sum varchar(35),
    description varchar(255),
    comments varchar(255),
    tag varchar(255),
    liquibase varchar(20),
    contexts varchar(255),
    labels varchar(255),
    deployment_id varchar(10)
);
INSERT INTO public.databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype, md5sum, description, comments, tag, liquibase, contexts, labels, deployment_id) VALUES
    ('kept1', 'kept1', 'kept1', '2024-01-01 10:00:00', 1, 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1'),
    ('kept2', 'kept2', 'kept2', '2024-02-01 10:00:00', 2, 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2');

CREATE TABLE public.databasechangeloglock (
    id integer PRIMARY KEY,
    locked boolean NOT NULL,
    lockgranted timestamp,
    lockedby varchar(255)
);
INSERT INTO public.databasechangeloglock (id, locked, lockgranted, lockedby) VALUES
    (1, true, '2024-01-01 10:00:00', 'kept1'),
    (2, false, '2024-02-01 10:00:00', 'kept2');
