-- What frameworks and tools send: introspection, dashboards, pages of rows, reports. Written as in everyday.sql.

-- Django, version
SELECT current_setting('server_version_num')::int / 100 AS version;
-- Django, columns
SELECT a.attname AS column_name, NOT (a.attnotnull OR (t.typtype = 'd' AND t.typnotnull)) AS is_nullable, pg_get_expr(ad.adbin, ad.adrelid) AS column_default, CASE WHEN collname = 'default' THEN NULL ELSE collname END AS collation, a.attidentity != '' AS is_autofield, col_description(a.attrelid, a.attnum) AS column_comment FROM pg_attribute a LEFT JOIN pg_attrdef ad ON a.attrelid = ad.adrelid AND a.attnum = ad.adnum LEFT JOIN pg_collation co ON a.attcollation = co.oid JOIN pg_type t ON a.atttypid = t.oid JOIN pg_class c ON a.attrelid = c.oid JOIN pg_namespace n ON c.relnamespace = n.oid WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v') AND c.relname = 'visit' AND n.nspname NOT IN ('pg_catalog', 'pg_toast') AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY a.attnum;
-- Django, sequences
SELECT s.relname AS sequence_name, a.attname AS colname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass JOIN pg_attribute a ON d.refobjid = a.attrelid AND d.refobjsubid = a.attnum JOIN pg_class tbl ON tbl.oid = d.refobjid AND tbl.relname = 'person' AND pg_catalog.pg_table_is_visible(tbl.oid) WHERE s.relkind = 'S';
-- Django, relations
SELECT a1.attname, c2.relname, a2.attname FROM pg_constraint con LEFT JOIN pg_class c1 ON con.conrelid = c1.oid LEFT JOIN pg_class c2 ON con.confrelid = c2.oid LEFT JOIN pg_attribute a1 ON c1.oid = a1.attrelid AND a1.attnum = con.conkey[1] LEFT JOIN pg_attribute a2 ON c2.oid = a2.attrelid AND a2.attnum = con.confkey[1] WHERE c1.relname = 'visit' AND con.contype = 'f' AND c1.relnamespace = c2.relnamespace AND pg_catalog.pg_table_is_visible(c1.oid) ORDER BY 1;
-- Django, constraints
SELECT c.conname, array(SELECT attname FROM unnest(c.conkey) WITH ORDINALITY cols(colid, arridx) JOIN pg_attribute AS ca ON cols.colid = ca.attnum WHERE ca.attrelid = c.conrelid ORDER BY cols.arridx) AS cols, c.contype, (SELECT fkc.relname || '.' || fka.attname FROM pg_attribute AS fka JOIN pg_class AS fkc ON fka.attrelid = fkc.oid WHERE fka.attrelid = c.confrelid AND fka.attnum = c.confkey[1]) AS fk, cl.reloptions FROM pg_constraint AS c JOIN pg_class AS cl ON c.conrelid = cl.oid WHERE cl.relname = 'visit' AND pg_catalog.pg_table_is_visible(cl.oid) ORDER BY 1;
-- Django, indexes
SELECT indexname, array_agg(attname ORDER BY arridx) AS cols, indisunique, indisprimary, array_agg(ordering ORDER BY arridx) AS orderings, amname, exprdef, s2.attoptions FROM (SELECT c2.relname AS indexname, idx.*, attr.attname, am.amname, CASE WHEN idx.indexprs IS NOT NULL THEN pg_get_indexdef(idx.indexrelid) END AS exprdef, CASE am.amname WHEN 'btree' THEN CASE (option & 1) WHEN 1 THEN 'DESC' ELSE 'ASC' END END AS ordering, c2.reloptions AS attoptions FROM (SELECT * FROM pg_index i, unnest(i.indkey, i.indoption) WITH ORDINALITY koi(key, option, arridx)) idx LEFT JOIN pg_class c ON idx.indrelid = c.oid LEFT JOIN pg_class c2 ON idx.indexrelid = c2.oid LEFT JOIN pg_am am ON c2.relam = am.oid LEFT JOIN pg_attribute attr ON attr.attrelid = c.oid AND attr.attnum = idx.key WHERE c.relname = 'visit' AND pg_catalog.pg_table_is_visible(c.oid)) s2 GROUP BY indexname, indisunique, indisprimary, amname, exprdef, attoptions ORDER BY indexname;
-- Django, a page of the admin; masks email name
SELECT "person"."id", "person"."email", "person"."name", "person"."city" FROM "vault"."person" WHERE UPPER("person"."city"::text) LIKE UPPER('%o%') ORDER BY "person"."id" DESC LIMIT 100;
-- Django, count of the admin
SELECT COUNT(*) AS "__count" FROM "vault"."person" WHERE "person"."active";
-- Django, exists
SELECT 1 AS "a" FROM "vault"."visit" WHERE "visit"."id" = 3 LIMIT 1;
-- Django, aggregate over a relation
SELECT "person"."city", COUNT("visit"."id") AS "visits", SUM("visit"."amount") AS "total" FROM "vault"."person" LEFT OUTER JOIN "vault"."visit" ON ("person"."badge" = "visit"."badge") GROUP BY "person"."city" ORDER BY "visits" DESC, 1;
-- Django, select_related; masks person_email name
SELECT "visit"."id", "visit"."person_email", "visit"."place", "person"."id" AS "pid", "person"."name" FROM "vault"."visit" INNER JOIN "vault"."person" ON ("visit"."person_email" = "person"."email") ORDER BY "visit"."id" ASC LIMIT 21;
-- Django, prefetch_related; masks note
SELECT "visit"."id", "visit"."note" FROM "vault"."visit" WHERE "visit"."id" IN (1, 2, 3, 5, 8) ORDER BY "visit"."at";
-- Django, dates
SELECT DISTINCT DATE_TRUNC('month', "person"."joined") AS "datefield" FROM "vault"."person" WHERE "person"."joined" IS NOT NULL ORDER BY 1 ASC;
-- Django, subquery annotation
SELECT "person"."id", (SELECT U0."place" FROM "vault"."visit" U0 WHERE U0."badge" = ("person"."badge") ORDER BY U0."at" DESC LIMIT 1) AS "last_place" FROM "vault"."person" ORDER BY "person"."id";
-- Rails, types
SELECT t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsubtype, t.typtype, t.typbasetype FROM pg_type AS t LEFT JOIN pg_range AS r ON oid = rngtypid WHERE t.typname IN ('int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'text', 'varchar', 'bool', 'timestamptz', 'date', 'json', 'jsonb', 'uuid', 'citext', 'inet') ORDER BY 1;
-- Rails, types that come of others
SELECT t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsubtype, t.typtype, t.typbasetype FROM pg_type AS t LEFT JOIN pg_range AS r ON oid = rngtypid WHERE t.typtype IN ('r', 'e', 'd') ORDER BY 1;
-- Rails, simple types
SELECT t.oid, t.typname FROM pg_type AS t WHERE t.typname IN ('int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'numeric', 'bool', 'timestamp', 'timestamptz');
-- Rails, primary keys
SELECT a.attname FROM (SELECT indrelid, indkey, generate_subscripts(indkey, 1) idx FROM pg_index WHERE indrelid = '"person"'::regclass AND indisprimary) i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[i.idx] ORDER BY i.idx;
-- Rails, foreign keys
SELECT t2.oid::regclass::text AS to_table, a1.attname AS column, a2.attname AS primary_key, c.conname AS name, c.confupdtype AS on_update, c.confdeltype AS on_delete, c.convalidated AS valid, c.condeferrable AS deferrable, c.condeferred AS deferred FROM pg_constraint c JOIN pg_class t1 ON c.conrelid = t1.oid JOIN pg_class t2 ON c.confrelid = t2.oid JOIN pg_attribute a1 ON a1.attnum = c.conkey[1] AND a1.attrelid = t1.oid JOIN pg_attribute a2 ON a2.attnum = c.confkey[1] AND a2.attrelid = t2.oid JOIN pg_namespace t3 ON c.connamespace = t3.oid WHERE c.contype = 'f' AND t1.relname = 'visit' AND t3.nspname = ANY (current_schemas(false)) ORDER BY c.conname;
-- Rails, check constraints
SELECT conname, pg_get_constraintdef(c.oid, true) AS constraintdef, c.convalidated AS valid FROM pg_constraint c JOIN pg_class t ON c.conrelid = t.oid JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.contype = 'c' AND t.relname = 'visit' AND n.nspname = ANY (current_schemas(false));
-- Rails, tables
SELECT c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p') ORDER BY 1;
-- Rails, is there a table
SELECT c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (current_schemas(false)) AND c.relname = 'person' AND c.relkind IN ('r', 'v', 'm', 'p', 'f');
-- Rails, comment
SELECT pg_catalog.obj_description(c.oid, 'pg_class') FROM pg_catalog.pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 'person' AND c.relkind IN ('r', 'p') AND n.nspname = ANY (current_schemas(false));
-- Rails, extensions
SELECT extname FROM pg_extension ORDER BY 1;
-- Rails, enums
SELECT type.typname AS name, n.nspname AS schema, string_agg(enum.enumlabel, ',' ORDER BY enum.enumsortorder) AS value FROM pg_enum AS enum JOIN pg_type AS type ON (type.oid = enum.enumtypid) JOIN pg_namespace n ON type.typnamespace = n.oid WHERE n.nspname = ANY (current_schemas(false)) GROUP BY type.oid, n.nspname, type.typname;
-- Rails, find_each; masks email
SELECT "person"."id", "person"."email" FROM "vault"."person" WHERE "person"."id" > 2 ORDER BY "person"."id" ASC LIMIT 1000;
-- Rails, pluck
SELECT "person"."city" FROM "vault"."person" GROUP BY "person"."city" HAVING (COUNT(*) > 1) ORDER BY "person"."city";
-- Rails, includes; masks email note
SELECT "person"."id" AS t0_r0, "person"."email" AS email, "visit"."id" AS t1_r0, "visit"."note" AS note FROM "vault"."person" LEFT OUTER JOIN "vault"."visit" ON "visit"."badge" = "person"."badge" WHERE "person"."active" = TRUE ORDER BY "person"."id", "visit"."id";
-- Rails, group and count
SELECT COUNT(*) AS "count_all", DATE_TRUNC('week', "visit"."at"::timestamptz AT TIME ZONE 'Etc/UTC') AS "week" FROM "vault"."visit" GROUP BY 2 ORDER BY 2;
-- SQLAlchemy, version
select pg_catalog.version();
-- SQLAlchemy, schema
select current_schema();
-- SQLAlchemy, schemas
SELECT pg_catalog.pg_namespace.nspname FROM pg_catalog.pg_namespace WHERE pg_catalog.pg_namespace.nspname NOT LIKE 'pg\_%' ORDER BY pg_catalog.pg_namespace.nspname;
-- SQLAlchemy, has_table
SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace WHERE pg_catalog.pg_class.relname = 'person'::VARCHAR AND pg_catalog.pg_class.relkind = ANY (ARRAY['r', 'p', 'f', 'v', 'm']) AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != 'pg_catalog'::VARCHAR;
-- SQLAlchemy, columns
SELECT pg_catalog.pg_attribute.attname AS name, pg_catalog.format_type(pg_catalog.pg_attribute.atttypid, pg_catalog.pg_attribute.atttypmod) AS format_type, (SELECT pg_catalog.pg_get_expr(pg_catalog.pg_attrdef.adbin, pg_catalog.pg_attrdef.adrelid) AS pg_get_expr_1 FROM pg_catalog.pg_attrdef WHERE pg_catalog.pg_attrdef.adrelid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_attrdef.adnum = pg_catalog.pg_attribute.attnum AND pg_catalog.pg_attribute.atthasdef) AS "default", pg_catalog.pg_attribute.attnotnull AS not_null, pg_catalog.pg_class.relname AS table_name, pg_catalog.pg_description.description AS comment, pg_catalog.pg_attribute.attgenerated AS generated, (SELECT json_build_object('always', pg_catalog.pg_attribute.attidentity = 'a', 'start', pg_catalog.pg_sequence.seqstart) FROM pg_catalog.pg_sequence WHERE pg_catalog.pg_attribute.attidentity != '' AND pg_catalog.pg_sequence.seqrelid = CAST(pg_catalog.pg_get_serial_sequence(CAST(CAST(pg_catalog.pg_attribute.attrelid AS REGCLASS) AS TEXT), pg_catalog.pg_attribute.attname) AS REGCLASS)) AS identity_options FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_attribute ON pg_catalog.pg_class.oid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_attribute.attnum > 0 AND NOT pg_catalog.pg_attribute.attisdropped LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_description.objsubid = pg_catalog.pg_attribute.attnum JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace WHERE pg_catalog.pg_class.relkind = ANY (ARRAY['r', 'p', 'f', 'v', 'm']) AND pg_catalog.pg_namespace.nspname = 'vault' AND pg_catalog.pg_class.relname IN ('person', 'visit') ORDER BY pg_catalog.pg_class.relname, pg_catalog.pg_attribute.attnum;
-- SQLAlchemy, primary keys
SELECT attr.conrelid, array_agg(CAST(attr.attname AS TEXT) ORDER BY attr.ord) AS cols, attr.conname, min(attr.description) AS description FROM (SELECT con.conrelid AS conrelid, con.conname AS conname, con.conindid AS conindid, con.description AS description, con.ord AS ord, pg_catalog.pg_attribute.attname AS attname FROM pg_catalog.pg_attribute JOIN (SELECT pg_catalog.pg_constraint.conrelid AS conrelid, pg_catalog.pg_constraint.conname AS conname, pg_catalog.pg_constraint.conindid AS conindid, unnest(pg_catalog.pg_constraint.conkey) AS attnum, generate_subscripts(pg_catalog.pg_constraint.conkey, 1) AS ord, pg_catalog.pg_description.description AS description FROM pg_catalog.pg_constraint LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_constraint.oid WHERE pg_catalog.pg_constraint.contype = 'p' AND pg_catalog.pg_constraint.conrelid IN ('vault.person'::regclass, 'vault.visit'::regclass)) AS con ON pg_catalog.pg_attribute.attnum = con.attnum AND pg_catalog.pg_attribute.attrelid = con.conrelid) AS attr GROUP BY attr.conrelid, attr.conname ORDER BY attr.conrelid, attr.conname;
-- SQLAlchemy, foreign keys
SELECT pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname, CASE WHEN (pg_catalog.pg_constraint.oid IS NOT NULL) THEN pg_catalog.pg_get_constraintdef(pg_catalog.pg_constraint.oid, true) END AS condef, nsp_ref.nspname FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_constraint ON pg_catalog.pg_class.oid = pg_catalog.pg_constraint.conrelid AND pg_catalog.pg_constraint.contype = 'f' LEFT OUTER JOIN pg_catalog.pg_class AS pg_class_ref ON pg_class_ref.oid = pg_catalog.pg_constraint.confrelid LEFT OUTER JOIN pg_catalog.pg_namespace AS nsp_ref ON pg_class_ref.relnamespace = nsp_ref.oid JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace WHERE pg_catalog.pg_class.relkind = ANY (ARRAY['r', 'p', 'f']) AND pg_catalog.pg_namespace.nspname = 'vault' ORDER BY pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname;
-- SQLAlchemy, indexes
SELECT pg_catalog.pg_index.indrelid, pg_class_index.relname AS relname_index, pg_catalog.pg_index.indisunique, pg_catalog.pg_constraint.conrelid IS NOT NULL AS has_constraint, pg_catalog.pg_index.indoption, pg_class_index.reloptions, pg_catalog.pg_am.amname, CASE WHEN (pg_catalog.pg_index.indpred IS NOT NULL) THEN pg_catalog.pg_get_expr(pg_catalog.pg_index.indpred, pg_catalog.pg_index.indrelid) END AS filter_definition, pg_catalog.pg_index.indnkeyatts FROM pg_catalog.pg_index JOIN pg_catalog.pg_class AS pg_class_index ON pg_catalog.pg_index.indexrelid = pg_class_index.oid JOIN pg_catalog.pg_am ON pg_class_index.relam = pg_catalog.pg_am.oid LEFT OUTER JOIN pg_catalog.pg_constraint ON pg_catalog.pg_index.indrelid = pg_catalog.pg_constraint.conrelid AND pg_catalog.pg_index.indexrelid = pg_catalog.pg_constraint.conindid AND pg_catalog.pg_constraint.contype = ANY (ARRAY['p', 'u', 'x']) WHERE pg_catalog.pg_index.indrelid IN ('vault.person'::regclass, 'vault.visit'::regclass) AND NOT pg_catalog.pg_index.indisprimary ORDER BY pg_catalog.pg_index.indrelid, pg_class_index.relname;
-- SQLAlchemy, domains
SELECT t.typname AS name, pg_catalog.format_type(t.typbasetype, t.typtypmod) AS attype, NOT t.typnotnull AS nullable, t.typdefault AS "default", pg_catalog.pg_type_is_visible(t.oid) AS visible, n.nspname AS schema FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND n.nspname = 'vault' ORDER BY 1;
-- SQLAlchemy, enums
SELECT t.typname AS name, pg_catalog.pg_type_is_visible(t.oid) AS visible, n.nspname AS schema, lbl_agg.labels AS labels FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace LEFT OUTER JOIN (SELECT e.enumtypid AS enumtypid, array_agg(CAST(e.enumlabel AS TEXT) ORDER BY e.enumsortorder) AS labels FROM pg_catalog.pg_enum AS e GROUP BY e.enumtypid) AS lbl_agg ON t.oid = lbl_agg.enumtypid WHERE t.typtype = 'e' ORDER BY n.nspname, t.typname;
-- SQLAlchemy, joined load; masks name note
SELECT anon_1.id AS anon_1_id, anon_1.name AS name, visit_1.id AS visit_1_id, visit_1.note AS note FROM (SELECT person.id AS id, person.name AS name, person.badge AS badge FROM vault.person ORDER BY person.id LIMIT 3 OFFSET 1) AS anon_1 LEFT OUTER JOIN vault.visit AS visit_1 ON visit_1.badge = anon_1.badge ORDER BY anon_1.id, visit_1.id;
-- SQLAlchemy, window
SELECT anon_1.id, anon_1.place FROM (SELECT visit.id AS id, visit.place AS place, row_number() OVER (PARTITION BY visit.place ORDER BY visit.at DESC) AS rn FROM vault.visit) AS anon_1 WHERE anon_1.rn <= 2 ORDER BY anon_1.place, anon_1.id;
-- Alembic, versions
SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relname = 'alembic_version');
-- Prisma, namespaces
SELECT namespace.nspname AS namespace_name FROM pg_namespace AS namespace WHERE namespace.nspname = ANY (ARRAY['vault', 'shadow']) ORDER BY namespace_name;
-- Prisma, tables
SELECT tbl.relname AS table_name, namespace.nspname AS namespace, (tbl.relhassubclass AND tbl.relkind = 'p') AS is_partition, (tbl.relhassubclass AND tbl.relkind = 'r') AS has_subclass, tbl.relrowsecurity AS has_row_level_security, reloptions, obj_description(tbl.oid, 'pg_class') AS description FROM pg_class AS tbl INNER JOIN pg_namespace AS namespace ON namespace.oid = tbl.relnamespace WHERE ((tbl.relkind = 'r' AND tbl.relispartition = 'f') OR (tbl.relkind = 'p')) AND namespace.nspname = ANY (ARRAY['vault']) ORDER BY namespace, table_name;
-- Prisma, columns
SELECT oid.namespace, info.table_name, info.column_name, format_type(att.atttypid, att.atttypmod) AS formatted_type, info.numeric_precision, info.numeric_scale, info.character_maximum_length, info.data_type, pg_get_expr(attdef.adbin, attdef.adrelid) AS column_default, info.is_nullable, info.is_identity, info.udt_name FROM information_schema.columns info JOIN pg_attribute att ON att.attname = info.column_name JOIN (SELECT pg_class.oid, relname, pg_namespace.nspname AS namespace FROM pg_class JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace AND pg_namespace.nspname = ANY (ARRAY['vault']) WHERE reltype > 0) AS oid ON oid.oid = att.attrelid AND relname = info.table_name AND namespace = info.table_schema LEFT OUTER JOIN pg_attrdef attdef ON attdef.adrelid = att.attrelid AND attdef.adnum = att.attnum AND table_schema = namespace WHERE table_schema = ANY (ARRAY['vault']) AND att.attnum > 0 ORDER BY namespace, table_name, ordinal_position;
-- Prisma, views
SELECT viewname AS view_name, definition AS view_sql, schemaname AS namespace FROM pg_catalog.pg_views WHERE schemaname = 'vault' ORDER BY 1;
-- Prisma, indexes
WITH rawindex AS (SELECT indrelid, indexrelid, indisunique, indisprimary, unnest(indkey) AS indkeyid, generate_subscripts(indkey, 1) AS indkeyidx, unnest(indclass) AS indclass, unnest(indoption) AS indoption FROM pg_index WHERE indpred IS NULL AND NOT indisexclusion) SELECT schemainfo.nspname AS namespace, indexinfo.relname AS index_name, tableinfo.relname AS table_name, columninfo.attname AS column_name, rawindex.indisunique AS is_unique, rawindex.indisprimary AS is_primary_key, rawindex.indkeyidx AS column_index, opclass.opcname AS opclass, CASE rawindex.indoption & 1 WHEN 1 THEN 'DESC' ELSE 'ASC' END AS column_order, am.amname AS index_type FROM rawindex INNER JOIN pg_class AS tableinfo ON tableinfo.oid = rawindex.indrelid INNER JOIN pg_class AS indexinfo ON indexinfo.oid = rawindex.indexrelid INNER JOIN pg_namespace AS schemainfo ON schemainfo.oid = tableinfo.relnamespace LEFT JOIN pg_attribute AS columninfo ON columninfo.attrelid = tableinfo.oid AND columninfo.attnum = rawindex.indkeyid INNER JOIN pg_am AS am ON am.oid = indexinfo.relam LEFT JOIN pg_opclass AS opclass ON opclass.oid = rawindex.indclass WHERE schemainfo.nspname = ANY (ARRAY['vault']) ORDER BY namespace, table_name, index_name, column_index;
-- Prisma, foreign keys
SELECT con.oid::text AS con_id, att2.attname AS child_column, cl.relname AS parent_table, att.attname AS parent_column, con.confdeltype, con.confupdtype, conname AS constraint_name, child, con.condeferrable AS condeferrable FROM (SELECT unnest(con1.conkey) AS parent, unnest(con1.confkey) AS child, cl.relname AS table_name, ns.nspname AS schema_name, generate_subscripts(con1.conkey, 1) AS colidx, con1.oid, con1.confrelid, con1.conrelid, con1.conname, con1.confdeltype, con1.confupdtype, con1.condeferrable FROM pg_class cl JOIN pg_constraint con1 ON con1.conrelid = cl.oid JOIN pg_namespace ns ON cl.relnamespace = ns.oid WHERE ns.nspname = ANY (ARRAY['vault']) AND con1.contype = 'f') con JOIN pg_attribute att ON att.attrelid = con.confrelid AND att.attnum = con.child JOIN pg_class cl ON cl.oid = con.confrelid JOIN pg_attribute att2 ON att2.attrelid = con.conrelid AND att2.attnum = con.parent ORDER BY con_id, con.colidx;
-- Prisma, findMany; masks email name
SELECT "vault"."person"."id", "vault"."person"."email", "vault"."person"."name", "vault"."person"."score" FROM "vault"."person" WHERE ("vault"."person"."city" = 'Oslo' AND 1=1) ORDER BY "vault"."person"."id" ASC LIMIT 10 OFFSET 0;
-- Prisma, count
SELECT COUNT(*) FROM (SELECT "vault"."person"."id" FROM "vault"."person" WHERE 1=1 OFFSET 0) AS "sub";
-- Prisma, groupBy
SELECT COUNT(*), SUM("vault"."visit"."amount"), "vault"."visit"."place" FROM "vault"."visit" WHERE 1=1 GROUP BY "vault"."visit"."place" ORDER BY "vault"."visit"."place";
-- JDBC, tables
SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM, c.relname AS TABLE_NAME, CASE n.nspname ~ '^pg_' OR n.nspname = 'information_schema' WHEN true THEN CASE c.relkind WHEN 'r' THEN 'SYSTEM TABLE' WHEN 'v' THEN 'SYSTEM VIEW' ELSE NULL END WHEN false THEN CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE NULL END ELSE NULL END AS TABLE_TYPE, d.description AS REMARKS FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass) WHERE c.relnamespace = n.oid AND n.nspname LIKE 'vault' AND c.relname LIKE '%' ORDER BY TABLE_TYPE, TABLE_SCHEM, TABLE_NAME;
-- JDBC, columns
SELECT * FROM (SELECT n.nspname, c.relname, a.attname, a.atttypid, a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS attnotnull, a.atttypmod, a.attlen, t.typtypmod, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum, nullif(a.attidentity, '') AS attidentity, nullif(a.attgenerated, '') AS attgenerated, pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc, dsc.description, t.typbasetype, t.typtype FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid) JOIN pg_catalog.pg_attribute a ON (a.attrelid = c.oid) JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid) LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid = def.adrelid AND a.attnum = def.adnum) LEFT JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid) LEFT JOIN pg_catalog.pg_class dc ON (dc.oid = dsc.classoid AND dc.relname = 'pg_class') LEFT JOIN pg_catalog.pg_namespace dn ON (dc.relnamespace = dn.oid AND dn.nspname = 'pg_catalog') WHERE c.relkind IN ('r', 'p', 'v', 'f', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname LIKE 'vault' AND c.relname LIKE 'person') c WHERE true ORDER BY nspname, c.relname, attnum;
-- JDBC, imported keys
SELECT NULL::text AS PKTABLE_CAT, pkn.nspname AS PKTABLE_SCHEM, pkc.relname AS PKTABLE_NAME, pka.attname AS PKCOLUMN_NAME, fkn.nspname AS FKTABLE_SCHEM, fkc.relname AS FKTABLE_NAME, fka.attname AS FKCOLUMN_NAME, pos.n AS KEY_SEQ, con.conname AS FK_NAME, pkic.relname AS PK_NAME FROM pg_catalog.pg_namespace pkn, pg_catalog.pg_class pkc, pg_catalog.pg_attribute pka, pg_catalog.pg_namespace fkn, pg_catalog.pg_class fkc, pg_catalog.pg_attribute fka, pg_catalog.pg_constraint con, pg_catalog.generate_series(1, 32) pos(n), pg_catalog.pg_class pkic WHERE pkn.oid = pkc.relnamespace AND pkc.oid = pka.attrelid AND pka.attnum = con.confkey[pos.n] AND con.confrelid = pkc.oid AND fkn.oid = fkc.relnamespace AND fkc.oid = fka.attrelid AND fka.attnum = con.conkey[pos.n] AND con.conrelid = fkc.oid AND con.contype = 'f' AND pkic.relkind IN ('i', 'I') AND pkic.oid = con.conindid AND fkn.nspname = 'vault' AND fkc.relname = 'visit' ORDER BY pkn.nspname, pkc.relname, con.conname, pos.n;
-- JDBC, index info
SELECT tmp.TABLE_SCHEM, tmp.TABLE_NAME, tmp.NON_UNIQUE, tmp.INDEX_NAME, tmp.TYPE, tmp.ORDINAL_POSITION, trim(both '"' from pg_catalog.pg_get_indexdef(tmp.CI_OID, tmp.ORDINAL_POSITION, false)) AS COLUMN_NAME FROM (SELECT n.nspname AS TABLE_SCHEM, ct.relname AS TABLE_NAME, NOT i.indisunique AS NON_UNIQUE, ci.relname AS INDEX_NAME, CASE i.indisclustered WHEN true THEN 1 ELSE CASE am.amname WHEN 'hash' THEN 2 ELSE 3 END END AS TYPE, (information_schema._pg_expandarray(i.indkey)).n AS ORDINAL_POSITION, ci.oid AS CI_OID FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_namespace n ON (ct.relnamespace = n.oid) JOIN pg_catalog.pg_index i ON (ct.oid = i.indrelid) JOIN pg_catalog.pg_class ci ON (ci.oid = i.indexrelid) JOIN pg_catalog.pg_am am ON (ci.relam = am.oid) WHERE n.nspname = 'vault' AND ct.relname = 'visit') AS tmp ORDER BY NON_UNIQUE, TYPE, INDEX_NAME, ORDINAL_POSITION;
-- JDBC, schemas
SELECT nspname AS TABLE_SCHEM, NULL AS TABLE_CATALOG FROM pg_catalog.pg_namespace WHERE nspname <> 'pg_toast' AND (nspname !~ '^pg_temp_' OR nspname = (pg_catalog.current_schemas(true))[1]) ORDER BY TABLE_SCHEM;
-- JDBC, type of a name
SELECT typinput = 'pg_catalog.array_in'::regproc AS is_array, typtype, typname, pg_type.oid FROM pg_type LEFT JOIN (SELECT ns.oid AS nspoid, ns.nspname, r.r FROM pg_namespace AS ns JOIN (SELECT s.r, (current_schemas(false))[s.r] AS nspname FROM generate_series(1, array_upper(current_schemas(false), 1)) AS s(r)) AS r USING (nspname)) AS sp ON sp.nspoid = typnamespace WHERE typname = 'mood' ORDER BY sp.r, pg_type.oid DESC LIMIT 1;
-- Hibernate, sequences
select * from information_schema.sequences;
-- Hibernate, join fetch; masks name2 note5
select p1.id as id1, p1.name as name2, p1.city as city3, v1.id as id4, v1.note as note5 from vault.person p1 left join vault.visit v1 on p1.badge=v1.badge where p1.id=3 order by v1.id;
-- Hibernate, paging; masks email
select p1_0.id, p1_0.email from vault.person p1_0 order by p1_0.id offset 2 rows fetch first 3 rows only;
-- Hibernate, count query
select count(p1_0.id) from vault.person p1_0 where p1_0.city in ('Oslo', 'Rome');
-- Npgsql, types
SELECT ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, t.elemtypoid FROM (SELECT typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typrelid, typ.typnotnull, typ.relkind, elemtyp.oid AS elemtypoid, elemtyp.typname AS elemtypname, elemcls.relkind AS elemrelkind, CASE WHEN elemproc.proname = 'array_recv' THEN 'a' ELSE elemtyp.typtype END AS elemtyptype FROM (SELECT typ.oid, typnamespace, typname, typrelid, typnotnull, relkind, typelem AS elemoid, CASE WHEN proc.proname = 'array_recv' THEN 'a' ELSE typ.typtype END AS typtype, CASE WHEN proc.proname = 'array_recv' THEN typ.typelem WHEN typ.typtype = 'r' THEN rngsubtype WHEN typ.typtype = 'd' THEN typ.typbasetype END AS elemtypoid FROM pg_type AS typ LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid) LEFT JOIN pg_proc AS proc ON proc.oid = typ.typreceive LEFT JOIN pg_range ON (pg_range.rngtypid = typ.oid)) AS typ LEFT JOIN pg_type AS elemtyp ON elemtyp.oid = elemtypoid LEFT JOIN pg_class AS elemcls ON (elemcls.oid = elemtyp.typrelid) LEFT JOIN pg_proc AS elemproc ON elemproc.oid = elemtyp.typreceive) AS t JOIN pg_namespace AS ns ON (ns.oid = typnamespace) WHERE (typtype IN ('b', 'r', 'm', 'e', 'd') OR (typtype = 'c' AND relkind = 'c')) ORDER BY t.oid;
-- Npgsql, fields of composites
SELECT typ.oid, att.attname, att.atttypid FROM pg_type AS typ JOIN pg_namespace AS ns ON (ns.oid = typ.typnamespace) JOIN pg_class AS cls ON (cls.oid = typ.typrelid) JOIN pg_attribute AS att ON (att.attrelid = typ.typrelid) WHERE (typ.typtype = 'c' AND cls.relkind = 'c') AND attnum > 0 AND NOT attisdropped ORDER BY typ.oid, att.attnum;
-- psycopg, a type
SELECT typname AS name, oid, typarray AS array_oid, oid::regtype::text AS regtype, typdelim AS delimiter FROM pg_type t WHERE t.oid = to_regtype('hstore') ORDER BY t.oid;
-- psycopg, an enum
SELECT name, oid, array_oid, array_agg(label) AS labels FROM (SELECT t.typname AS name, t.oid AS oid, t.typarray AS array_oid, e.enumlabel AS label FROM pg_type t LEFT JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.oid = to_regtype('vault.mood') ORDER BY e.enumsortorder) x GROUP BY name, oid, array_oid;
-- asyncpg, types
WITH RECURSIVE typeinfo_tree(oid, ns, name, kind, basetype, elemtype, elemdelim, range_subtype, attrtypoids, attrnames, depth) AS (SELECT ti.oid, ti.ns, ti.name, ti.kind, ti.basetype, ti.elemtype, ti.elemdelim, ti.range_subtype, ti.attrtypoids, ti.attrnames, 0 FROM (SELECT t.oid AS oid, ns.nspname AS ns, t.typname AS name, t.typtype AS kind, (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE NULL END) AS basetype, t.typelem AS elemtype, elem_t.typdelim AS elemdelim, range_t.rngsubtype AS range_subtype, (CASE WHEN t.typtype = 'c' THEN (SELECT array_agg(ia.atttypid ORDER BY ia.attnum) FROM pg_attribute ia INNER JOIN pg_class c ON (ia.attrelid = c.oid) WHERE ia.attnum > 0 AND NOT ia.attisdropped AND c.reltype = t.oid) ELSE NULL END) AS attrtypoids, (CASE WHEN t.typtype = 'c' THEN (SELECT array_agg(ia.attname::text ORDER BY ia.attnum) FROM pg_attribute ia INNER JOIN pg_class c ON (ia.attrelid = c.oid) WHERE ia.attnum > 0 AND NOT ia.attisdropped AND c.reltype = t.oid) ELSE NULL END) AS attrnames FROM pg_catalog.pg_type AS t INNER JOIN pg_catalog.pg_namespace ns ON (ns.oid = t.typnamespace) LEFT JOIN pg_type elem_t ON (t.typlen = -1 AND t.typelem != 0 AND t.typelem = elem_t.oid) LEFT JOIN pg_range range_t ON (t.oid = range_t.rngtypid)) AS ti WHERE ti.oid = ANY (ARRAY['vault.home'::regtype::oid, 'vault.code'::regtype::oid]) UNION ALL SELECT ti.oid, 'x'::name, ti.typname, ti.typtype, NULL, ti.typelem, NULL, NULL, NULL, NULL, tt.depth + 1 FROM pg_type ti, typeinfo_tree tt WHERE (tt.elemtype IS NOT NULL AND ti.oid = tt.elemtype)) SELECT DISTINCT *, basetype::regtype::text AS basetype_name, elemtype::regtype::text AS elemtype_name FROM typeinfo_tree ORDER BY depth DESC, oid;
-- TypeORM, columns
SELECT columns.*, pg_catalog.col_description(('"' || table_catalog || '"."' || table_schema || '"."' || table_name || '"')::regclass::oid, ordinal_position) AS description, ('"' || "udt_schema" || '"."' || "udt_name" || '"')::"regtype" AS "regtype", pg_catalog.format_type("col_attr"."atttypid", "col_attr"."atttypmod") AS "format_type" FROM "information_schema"."columns" LEFT JOIN "pg_catalog"."pg_attribute" AS "col_attr" ON "col_attr"."attname" = "columns"."column_name" AND "col_attr"."attrelid" = (SELECT "cls"."oid" FROM "pg_catalog"."pg_class" AS "cls" LEFT JOIN "pg_catalog"."pg_namespace" AS "ns" ON "ns"."oid" = "cls"."relnamespace" WHERE "cls"."relname" = "columns"."table_name" AND "ns"."nspname" = "columns"."table_schema") WHERE ("table_schema" = 'vault' AND "table_name" = 'visit') ORDER BY ordinal_position;
-- TypeORM, find; masks Person_email
SELECT "Person"."id" AS "Person_id", "Person"."email" AS "Person_email", "Person"."city" AS "Person_city" FROM "vault"."person" "Person" WHERE (("Person"."id" = 2)) LIMIT 1;
-- Sequelize, describe
SELECT pk.constraint_type AS "Constraint", c.column_name AS "Field", c.column_default AS "Default", c.is_nullable AS "Null", (CASE WHEN c.udt_name = 'hstore' THEN c.udt_name ELSE c.data_type END) || (CASE WHEN c.character_maximum_length IS NOT NULL THEN '(' || c.character_maximum_length || ')' ELSE '' END) AS "Type", (SELECT array_agg(e.enumlabel) FROM pg_catalog.pg_type t JOIN pg_catalog.pg_enum e ON t.oid = e.enumtypid WHERE t.typname = c.udt_name) AS "special", (SELECT pgd.description FROM pg_catalog.pg_statio_all_tables AS st INNER JOIN pg_catalog.pg_description pgd ON (pgd.objoid = st.relid) WHERE c.ordinal_position = pgd.objsubid AND c.table_name = st.relname) AS "Comment" FROM information_schema.columns c LEFT JOIN (SELECT tc.table_schema, tc.table_name, cu.column_name, tc.constraint_type FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage cu ON tc.table_schema = cu.table_schema AND tc.table_name = cu.table_name AND tc.constraint_name = cu.constraint_name AND tc.constraint_type = 'PRIMARY KEY') pk ON pk.table_schema = c.table_schema AND pk.table_name = c.table_name AND pk.column_name = c.column_name WHERE c.table_name = 'visit' AND c.table_schema = 'vault' ORDER BY c.ordinal_position;
-- Sequelize, findAndCountAll; masks name
SELECT count("person"."id") AS "count", max("person"."joined") AS "latest", min("person"."id") AS "first", (SELECT name FROM vault.person WHERE id = 1) AS name FROM "vault"."person" AS "person";
-- Knex, has table
select * from information_schema.tables where table_name = 'person' and table_schema = current_schema();
-- Ecto, page; masks email
SELECT p0."id", p0."email", p0."joined" FROM "vault"."person" AS p0 WHERE (p0."joined" > '2020-02-01'::date) ORDER BY p0."joined" LIMIT 5;
-- Laravel, tables
select c.relname as name, n.nspname as schema, obj_description(c.oid, 'pg_class') as comment from pg_class c, pg_namespace n where c.relkind in ('r', 'p') and n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema') order by c.relname;
-- Laravel, paginate; masks email
select * from (select id, city, email from "vault"."person") as "p" where "p"."city" = 'Oslo' order by "id" desc limit 15 offset 0;
-- DBeaver, databases
SELECT db.oid, db.datname, db.encoding, db.datallowconn FROM pg_catalog.pg_database db WHERE NOT datistemplate AND datallowconn OR db.datname = 'canary' ORDER BY db.datname;
-- DBeaver, schemas
SELECT n.oid, n.nspname, n.nspowner, d.description FROM pg_catalog.pg_namespace n LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass ORDER BY nspname;
-- DBeaver, relations
SELECT c.oid, c.relname, c.relkind, c.relpersistence, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS partition_expr, pg_catalog.pg_get_partkeydef(c.oid) AS partition_key FROM pg_catalog.pg_class c LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass WHERE c.relnamespace = 'vault'::regnamespace AND c.relkind NOT IN ('i', 'I', 'c') ORDER BY c.relname;
-- DBeaver, attributes
SELECT c.relname, a.attname, a.attnum, a.atttypid, a.attnotnull, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS def_value, dsc.description, dep.objid FROM pg_catalog.pg_attribute a INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid) LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum) LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid) LEFT OUTER JOIN pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i' AND dep.refobjsubid = a.attnum AND dep.classid = dep.refclassid WHERE NOT a.attisdropped AND c.relkind NOT IN ('i', 'I', 'c') AND c.oid = 'vault.person'::regclass ORDER BY a.attnum;
-- DBeaver, constraints
SELECT c.oid, c.conname, c.contype, c.conkey, t.relname AS tabrelname, rt.relnamespace AS refnamespace, d.description, CASE WHEN c.contype = 'c' THEN "substring"(pg_get_constraintdef(c.oid), 7) ELSE NULL END consrc_copy FROM pg_catalog.pg_constraint c INNER JOIN pg_catalog.pg_class t ON t.oid = c.conrelid LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid = c.confrelid LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_constraint'::regclass WHERE c.conrelid = 'vault.visit'::regclass ORDER BY c.oid;
-- DBeaver, first rows; masks person_email badge phone note
SELECT id, person_email, badge, phone, note FROM vault.visit ORDER BY id LIMIT 200;
-- DBeaver, keywords
SELECT string_agg(word, ',') FROM (SELECT word FROM pg_catalog.pg_get_keywords() ORDER BY word) k;
-- DBeaver, roles
SELECT a.rolname, a.rolsuper, a.rolcanlogin FROM pg_catalog.pg_roles a ORDER BY a.rolname;
-- pgAdmin, tables
SELECT rel.oid, rel.relname AS name, (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgrelid = rel.oid AND tgisinternal = FALSE) AS triggercount, (CASE WHEN (SELECT count(*) FROM pg_catalog.pg_inherits WHERE inhrelid = rel.oid LIMIT 1) > 0 THEN true ELSE false END) AS is_inherits, rel.relhassubclass FROM pg_catalog.pg_class rel WHERE rel.relkind IN ('r', 's', 't', 'p') AND rel.relnamespace = 'vault'::regnamespace AND NOT rel.relispartition ORDER BY rel.relname;
-- pgAdmin, columns
SELECT att.attname AS name, att.*, def.*, pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS defval, format_type(ty.oid, att.atttypmod) AS displaytypname, tn.nspname AS typnspname, et.typname AS elemtypname FROM pg_catalog.pg_attribute att JOIN pg_catalog.pg_type ty ON ty.oid = atttypid JOIN pg_catalog.pg_namespace tn ON tn.oid = ty.typnamespace LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid = ty.typelem LEFT OUTER JOIN pg_catalog.pg_attrdef def ON adrelid = att.attrelid AND adnum = att.attnum WHERE att.attrelid = 'vault.visit'::regclass AND att.attnum > 0 AND att.attisdropped IS FALSE ORDER BY att.attnum;
-- pgAdmin, functions
SELECT pr.oid, pr.proname || '(' || COALESCE(pg_catalog.pg_get_function_identity_arguments(pr.oid), '') || ')' AS name, lanname, pg_catalog.pg_get_userbyid(proowner) AS funcowner FROM pg_catalog.pg_proc pr JOIN pg_catalog.pg_type typ ON typ.oid = prorettype JOIN pg_catalog.pg_language lng ON lng.oid = prolang WHERE pr.prokind IN ('f', 'w') AND pronamespace = 'vault'::regnamespace ORDER BY proname;
-- pgAdmin, indexes
SELECT DISTINCT ON (cls.relname) cls.oid, cls.relname AS name, indrelid, indkey, indisclustered, indisvalid, indisunique, indisprimary, amname, pg_catalog.pg_get_expr(indpred, indrelid, true) AS indconstraint FROM pg_catalog.pg_index idx JOIN pg_catalog.pg_class cls ON cls.oid = indexrelid JOIN pg_catalog.pg_class tab ON tab.oid = indrelid JOIN pg_catalog.pg_am am ON am.oid = cls.relam WHERE indrelid = 'vault.visit'::regclass ORDER BY cls.relname;
-- pgAdmin, is in recovery
SELECT CASE WHEN usesuper THEN pg_catalog.pg_is_in_recovery() ELSE FALSE END AS inrecovery FROM pg_catalog.pg_user WHERE usename = current_user;
-- pgAdmin, view data; masks label
SELECT * FROM vault.animal ORDER BY id ASC LIMIT 100;
-- Grafana, time series
SELECT floor(extract(epoch FROM at) / 86400) * 86400 AS "time", avg(amount) AS "value" FROM vault.visit WHERE at BETWEEN '2024-01-01T00:00:00Z' AND '2024-02-01T00:00:00Z' GROUP BY 1 ORDER BY 1;
-- from 14
-- Grafana, by place
SELECT date_bin('12 hours', at, timestamp '2024-01-01') AS "time", place AS metric, count(*) AS "value" FROM vault.visit GROUP BY 1, 2 ORDER BY 1, 2;
-- from any
-- Grafana, distinct people a day
SELECT date_trunc('day', at) AS "time", count(DISTINCT person_email) AS people FROM vault.visit GROUP BY 1 ORDER BY 1;
-- Grafana, template variable
SELECT DISTINCT place AS __text, place AS __value FROM vault.visit ORDER BY 1;
-- Grafana, percentiles
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS p50, percentile_cont(0.95) WITHIN GROUP (ORDER BY amount) AS p95, max(amount) FROM vault.visit;
-- Superset, a chart
SELECT place AS place, sum(amount) AS "SUM(amount)" FROM (SELECT * FROM vault.visit) AS virtual_table WHERE at >= TO_TIMESTAMP('2024-01-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') GROUP BY place ORDER BY "SUM(amount)" DESC LIMIT 1000;
-- Tableau, a sheet
SELECT "visit"."place" AS "place", CAST(SUM("visit"."amount") AS DOUBLE PRECISION) AS "sum:amount:ok", (CAST(DATE_TRUNC('MONTH', CAST("visit"."at" AS DATE)) AS DATE)) AS "tmn:at:ok" FROM "vault"."visit" "visit" GROUP BY 1, 3 ORDER BY 1, 3;
-- Looker, a pivot
SELECT * FROM (SELECT *, DENSE_RANK() OVER (ORDER BY z___min_rank) AS z___pivot_row_rank FROM (SELECT *, MIN(z___rank) OVER (PARTITION BY "place") AS z___min_rank FROM (SELECT *, RANK() OVER (ORDER BY "place" ASC) AS z___rank FROM (SELECT place AS "place", COUNT(*) AS "visit.count" FROM vault.visit GROUP BY 1) ww) bb) aa) xx ORDER BY z___pivot_row_rank;
-- Power BI, top rows; masks name
select "_"."id", "_"."name", "_"."city" from (select "id", "name", "city" from "vault"."person" "$Table") "_" order by "_"."id" limit 1000;
-- dbt, relation columns
select column_name, data_type, character_maximum_length, numeric_precision, numeric_scale from "canary".INFORMATION_SCHEMA.columns where table_name = 'visit' and table_schema = 'vault' order by ordinal_position;
-- dbt, list relations
select 'canary' as database, tablename as name, schemaname as schema, 'table' as type from pg_catalog.pg_tables where schemaname ilike 'vault' union all select 'canary' as database, viewname as name, schemaname as schema, 'view' as type from pg_views where schemaname ilike 'vault' order by 2;
-- PostGraphile, a connection; masks email
WITH __local_0__ AS (SELECT id, email FROM vault.person ORDER BY id LIMIT 3) SELECT id, email FROM __local_0__;
-- report, cohort
WITH firsts AS (SELECT badge, date_trunc('day', min(at)) AS cohort FROM vault.visit GROUP BY badge), steps AS (SELECT f.cohort, date_trunc('day', v.at) - f.cohort AS age FROM vault.visit v JOIN firsts f USING (badge)) SELECT cohort, count(*), count(*) FILTER (WHERE age > interval '2 days') AS later FROM steps GROUP BY cohort ORDER BY cohort;
-- report, running total
SELECT id, at, amount, sum(amount) OVER (ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running, avg(amount) OVER (ORDER BY at ROWS 2 PRECEDING) AS smooth FROM vault.visit ORDER BY id;
-- report, share of the total
SELECT place, sum(amount), round(100 * sum(amount) / sum(sum(amount)) OVER (), 2) AS share FROM vault.visit GROUP BY place ORDER BY place;
-- report, gaps
SELECT id, at - lag(at) OVER (ORDER BY at) AS gap FROM vault.visit ORDER BY id;
-- report, first and last
SELECT DISTINCT place, first_value(id) OVER w AS first, last_value(id) OVER (w RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last FROM vault.visit WINDOW w AS (PARTITION BY place ORDER BY at) ORDER BY place;
-- report, pivot by FILTER
SELECT city, count(*) FILTER (WHERE active) AS active, count(*) FILTER (WHERE NOT active) AS idle, sum(score) FILTER (WHERE score > 20) AS high FROM vault.person GROUP BY city ORDER BY city;
-- report, grouping sets
SELECT place, date_trunc('day', at) AS day, count(*), grouping(place, date_trunc('day', at)) FROM vault.visit GROUP BY GROUPING SETS ((place), (date_trunc('day', at)), ()) ORDER BY 1 NULLS LAST, 2 NULLS LAST;
-- report, people without visits; masks name
SELECT id, name FROM vault.person p WHERE p.email IS NOT NULL AND NOT EXISTS (SELECT 1 FROM vault.visit v WHERE v.person_email = p.email) ORDER BY id;
-- report, people with many visits; masks name
SELECT p.id, p.name, v.visits FROM vault.person p JOIN (SELECT badge, count(*) AS visits FROM vault.visit GROUP BY badge HAVING count(*) > 6) v USING (badge) ORDER BY p.id;
-- report, calendar
SELECT d::date AS day, coalesce(sum(v.amount), 0) AS total FROM generate_series(timestamp '2024-01-01', timestamp '2024-01-10', interval '1 day') d LEFT JOIN vault.visit v ON v.at >= d AND v.at < d + interval '1 day' GROUP BY d ORDER BY d;
-- report, weekday
SELECT extract(isodow FROM at)::int AS weekday, to_char(at, 'Dy') AS name_of_day, count(*) FROM vault.visit GROUP BY 1, 2 ORDER BY 1;
-- report, histogram
SELECT width_bucket(amount, 0, 60, 6) AS bucket, count(*), min(amount), max(amount) FROM vault.visit GROUP BY 1 ORDER BY 1;
-- report, statistics
SELECT round(stddev_samp(amount), 4) AS deviation, round(variance(amount), 4) AS spread, corr(amount, id) AS correlation, regr_slope(amount, id) AS slope FROM vault.visit;
-- report, most common
SELECT mode() WITHIN GROUP (ORDER BY place) AS place, percentile_disc(0.5) WITHIN GROUP (ORDER BY amount) AS middle FROM vault.visit;
-- report, latest per group; masks note
SELECT DISTINCT ON (place) place, id, note FROM vault.visit ORDER BY place, at DESC;
-- report, hierarchy
WITH RECURSIVE tree(id, parent, depth, path) AS (SELECT 1, NULL::int, 0, ARRAY[1] UNION ALL SELECT t.id * 2 + s, t.id, t.depth + 1, t.path || (t.id * 2 + s) FROM tree t, generate_series(0, 1) s WHERE t.depth < 2) SELECT t.id, t.depth, t.path, c.label FROM tree t LEFT JOIN vault.clean c ON c.id = t.id ORDER BY t.path;
-- report, union of sources
SELECT 'person' AS source, count(*) FROM vault.person UNION ALL SELECT 'visit', count(*) FROM vault.visit UNION ALL SELECT 'event', count(*) FROM vault.event ORDER BY 1;
-- report, values joined
SELECT v.city, v.factor, count(p.id) FROM (VALUES ('Oslo', 1.5), ('Rome', 2)) AS v(city, factor) LEFT JOIN vault.person p USING (city) GROUP BY v.city, v.factor ORDER BY 1;
-- report, export; masks email name
SELECT id, email, name, city, joined FROM vault.person WHERE joined >= '2020-01-01' ORDER BY joined;
-- report, masks in a subselect; masks email
SELECT x.id, x.email FROM (SELECT id, email, row_number() OVER (PARTITION BY city ORDER BY joined DESC) AS n FROM vault.person) x WHERE x.n = 1 ORDER BY x.id;
-- report, lookups; masks who
SELECT v.id, (SELECT p.name FROM vault.person p WHERE p.badge = v.badge) AS who FROM vault.visit v ORDER BY v.id;
-- json, nested clean
SELECT json_build_object('place', place, 'visits', json_agg(json_build_object('id', id, 'amount', amount) ORDER BY id)) AS body FROM vault.visit GROUP BY place ORDER BY place;
-- json, keys and elements
SELECT c.id, k.key, k.value FROM vault.clean c, jsonb_each_text(c.payload) k ORDER BY c.id, k.key;
-- json, to rows
SELECT r.n FROM vault.clean c, jsonb_to_record(c.payload) AS r(n int) ORDER BY c.id;
-- json path
SELECT id, jsonb_path_query_first(payload, '$.n') AS n FROM vault.clean WHERE payload @? '$ ? (@.n > 1)' ORDER BY id;
-- text search over clean text
SELECT id FROM vault.clean WHERE to_tsvector('simple', label) @@ plainto_tsquery('simple', 'label') ORDER BY id;
-- arrays of clean values
SELECT p.id, x.tag, x.ordinality FROM vault.person p CROSS JOIN LATERAL unnest(p.tags) WITH ORDINALITY AS x(tag, ordinality) ORDER BY p.id, x.ordinality;
-- array operations
SELECT id, array_append(tags, 'new'), tags || '{more}', array_position(tags, 'all'), cardinality(tags) FROM vault.person ORDER BY id;
-- hstore over clean values
SELECT id, hstore('city', city) -> 'city' AS city FROM vault.person ORDER BY id;
-- intervals
SELECT id, at + interval '1 hour' AS later, age(timestamp '2024-06-01', at), justify_hours(at - timestamp '2024-01-01') FROM vault.visit ORDER BY id LIMIT 5;
-- time zones
SELECT id, at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Oslo' AS local FROM vault.visit ORDER BY id LIMIT 5;
-- string building
SELECT id, format('%s (%s)', city, id), lpad(id::text, 4, '0'), concat_ws(', ', city, score) FROM vault.person ORDER BY id;
-- conditional counts
SELECT sum(CASE WHEN active THEN 1 ELSE 0 END) AS actives, count(nullif(city, 'Oslo')) AS elsewhere FROM vault.person;
-- coalesce over joins
SELECT c.id, coalesce(p.city, 'nowhere') AS city FROM vault.clean c LEFT JOIN vault.person p ON p.id = c.id + 6 ORDER BY c.id;
-- full join
SELECT c.id AS c, p.id AS p FROM vault.clean c FULL JOIN vault.person p ON p.id = c.id ORDER BY 1 NULLS LAST, 2;
-- self join; masks a b
SELECT x.name AS a, y.name AS b FROM vault.person x JOIN vault.person y ON y.city = x.city AND y.id > x.id ORDER BY x.id, y.id;
-- self join by a key
SELECT a.id, b.id AS other FROM vault.visit a JOIN vault.visit b ON a.person_email = b.person_email AND a.id < b.id ORDER BY 1, 2;
-- any of a subselect
SELECT id FROM vault.person WHERE id = ANY (SELECT id FROM vault.clean) AND score > ALL (SELECT 5) ORDER BY id;
-- tuple comparison
SELECT id FROM vault.visit WHERE (place, id) IN (('place 1', 1), ('place 2', 2)) ORDER BY id;
-- except and intersect
SELECT id FROM vault.person EXCEPT SELECT id FROM vault.clean ORDER BY 1;
-- sizes of relations
SELECT pg_size_pretty(pg_relation_size('vault.clean'::regclass)), pg_relation_filenode('vault.clean'::regclass) IS NOT NULL AS has;
-- privileges
SELECT has_table_privilege('vault.person', 'SELECT'), has_schema_privilege('vault', 'USAGE'), has_column_privilege('vault.person', 'email', 'SELECT');
-- triggers and rules
SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1;
-- who am I
SELECT session_user, current_role, pg_backend_pid() > 0 AS connected, inet_server_port() > 0 AS by_network;
-- settings of interest
SELECT name, setting, unit, context FROM pg_settings WHERE name IN ('work_mem', 'max_connections', 'statement_timeout', 'timezone') ORDER BY name;
-- locale
SELECT datcollate, datctype, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database();
-- partitions
SELECT inhrelid::regclass AS child, pg_get_expr(c.relpartbound, c.oid) AS bounds FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 'vault.event'::regclass ORDER BY 1;
-- dependencies of a view
SELECT DISTINCT d.refobjid::regclass AS of FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid AND d.classid = 'pg_rewrite'::regclass WHERE r.ev_class = 'vault.v_person'::regclass AND d.refclassid = 'pg_class'::regclass ORDER BY 1;
-- count estimate by EXPLAIN of clean columns
SELECT c.reltuples::bigint AS estimate FROM pg_class c WHERE c.relname = 'visit' AND c.relkind = 'r';
-- Grafana, rows by hour
SELECT date_trunc('hour', at) AS time, count(*) AS value FROM vault.visit WHERE at BETWEEN '2024-01-01T00:00:00Z' AND '2024-02-01T00:00:00Z' GROUP BY 1 ORDER BY 1;
-- Grafana, $__timeGroup
SELECT floor(extract(epoch from at)/300)*300 AS time, place AS metric, avg(amount) AS value FROM vault.visit GROUP BY 1, 2 ORDER BY 1, 2;
-- Grafana, a quantile
SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY amount) AS p95 FROM vault.visit;
-- Grafana, a gauge
SELECT count(*) FILTER (WHERE active) * 100.0 / nullif(count(*), 0) AS rate FROM vault.person;
-- Grafana, cohorts by their first visit
WITH firsts AS (SELECT person_email, min(at) AS first FROM vault.visit GROUP BY person_email) SELECT date_trunc('month', first) AS cohort, count(*) FROM firsts GROUP BY 1 ORDER BY 1;
-- Grafana, days without gaps
SELECT g.d, coalesce(c.n, 0) AS n FROM generate_series(date '2020-01-01', date '2020-04-01', '1 month') g(d) LEFT JOIN (SELECT date_trunc('month', joined) AS m, count(*) AS n FROM vault.person GROUP BY 1) c ON c.m = g.d ORDER BY 1;
-- Grafana, averages of protected numbers; redacts pay badges
SELECT city, avg(salary) AS pay, sum(badge) AS badges, count(*) FROM vault.person GROUP BY city ORDER BY city;
-- Metabase, count and sum by a column
SELECT "source"."place" AS "place", COUNT(*) AS "count", SUM("source"."amount") AS "sum" FROM (SELECT "vault"."visit"."id" AS "id", "vault"."visit"."person_email" AS "person_email", "vault"."visit"."place" AS "place", "vault"."visit"."amount" AS "amount" FROM "vault"."visit") AS "source" GROUP BY "source"."place" ORDER BY "count" DESC, "source"."place" ASC;
-- Metabase, distinct people by day
SELECT CAST("vault"."person"."joined" AS date) AS "joined", COUNT(DISTINCT "vault"."person"."email") AS "count" FROM "vault"."person" GROUP BY CAST("vault"."person"."joined" AS date) ORDER BY 1;
-- Metabase, implicit join; masks Person__name
SELECT "vault"."visit"."id", "Person"."name" AS "Person__name" FROM "vault"."visit" LEFT JOIN "vault"."person" AS "Person" ON "vault"."visit"."badge" = "Person"."badge" ORDER BY 1 LIMIT 2000;
-- Metabase, day of the week
SELECT (CAST(extract(dow from at) AS integer) + 1) AS dow, count(*) FROM vault.visit GROUP BY 1 ORDER BY 1;
-- Metabase, weeks that begin on Sunday
SELECT DATE_TRUNC('week', at + (INTERVAL '1 day')) + (INTERVAL '-1 day') AS w, count(*) FROM vault.visit GROUP BY 1 ORDER BY 1;
-- Metabase, bins
SELECT width_bucket(score, 0, 100, 5) AS bucket, count(*) FROM vault.person GROUP BY 1 ORDER BY 1;
-- Metabase, filtered sums
SELECT at::date AS day, sum(amount) FILTER (WHERE place = 'place 1') AS p1, sum(amount) FILTER (WHERE place <> 'place 1') AS other FROM vault.visit GROUP BY 1 ORDER BY 1;
-- Prisma, findMany; masks email name
SELECT "vault"."person"."id", "vault"."person"."email", "vault"."person"."name" FROM "vault"."person" WHERE ("vault"."person"."city" = 'Oslo' AND "vault"."person"."active" = true) ORDER BY "vault"."person"."id" ASC LIMIT 10 OFFSET 0;
-- Prisma, count
SELECT COUNT(*) FROM (SELECT "vault"."person"."id" FROM "vault"."person" WHERE 1=1 OFFSET 0) AS "sub";
-- Prisma, _count; masks email
SELECT "t1"."id", "t1"."email", COALESCE("aggr_selection_0_Visit"."_aggr_count_visits", 0) AS "n" FROM "vault"."person" AS "t1" LEFT JOIN (SELECT "badge", COUNT(*) AS "_aggr_count_visits" FROM "vault"."visit" WHERE 1=1 GROUP BY "badge") AS "aggr_selection_0_Visit" ON ("t1"."badge" = "aggr_selection_0_Visit"."badge") WHERE 1=1 ORDER BY "t1"."id" OFFSET 0;
-- Prisma, some; masks email
SELECT "t1"."id", "t1"."email" FROM "vault"."person" AS "t1" WHERE ("t1"."badge") IN (SELECT "t2"."badge" FROM "vault"."visit" AS "t2" WHERE ("t2"."place" = 'place 1' AND "t2"."badge" IS NOT NULL)) ORDER BY "t1"."id";
-- Prisma, relations by LATERAL joins; masks visits
SELECT "t0"."id", "t0_visits"."__prisma_data__" AS "visits" FROM "vault"."person" AS "t0" LEFT JOIN LATERAL (SELECT JSONB_AGG("__prisma_data__") AS "__prisma_data__" FROM (SELECT "t2"."__prisma_data__" FROM (SELECT JSONB_BUILD_OBJECT('id', "t1"."id", 'note', "t1"."note") AS "__prisma_data__" FROM (SELECT "t0x".* FROM "vault"."visit" AS "t0x" WHERE "t0"."badge" = "t0x"."badge" ORDER BY "t0x"."id") AS "t1") AS "t2") AS "t3") AS "t0_visits" ON TRUE ORDER BY "t0"."id";
-- Rails, distinct with order
SELECT DISTINCT "person"."id", "person"."joined" AS alias_0 FROM "vault"."person" LEFT OUTER JOIN "vault"."visit" ON "visit"."badge" = "person"."badge" ORDER BY "person"."joined" DESC LIMIT 5;
-- Rails, group and count; masks person_email
SELECT "visit"."person_email", COUNT(*) AS count_all FROM "vault"."visit" GROUP BY "visit"."person_email" HAVING (COUNT(*) > 3) ORDER BY MIN("visit"."id");
-- Rails, distinct count over a join
SELECT COUNT(DISTINCT "person"."id") FROM "vault"."person" INNER JOIN "vault"."visit" ON "visit"."badge" = "person"."badge" WHERE "visit"."place" = 'place 2';
-- Rails, pluck of an id as text; masks badge
SELECT id::text, badge::text AS badge FROM vault.person ORDER BY person.id;
-- Django, annotated; masks email
SELECT "vault"."person"."id", "vault"."person"."email", COUNT("vault"."visit"."id") AS "num_visits", MAX("vault"."visit"."at") AS "last" FROM "vault"."person" LEFT OUTER JOIN "vault"."visit" ON ("vault"."person"."badge" = "vault"."visit"."badge") GROUP BY "vault"."person"."id", "vault"."person"."email" ORDER BY "vault"."person"."id" ASC;
-- Django, exists
SELECT (1) AS "a" FROM "vault"."person" U0 WHERE U0."email" IS NOT NULL LIMIT 1;
-- Django, Case and When
SELECT "vault"."person"."id", CASE WHEN "vault"."person"."score" >= 50 THEN 'gold' WHEN "vault"."person"."score" >= 20 THEN 'silver' ELSE NULL END AS "tier" FROM "vault"."person" ORDER BY 1;
-- Django, TruncMonth
SELECT DATE_TRUNC('month', "vault"."visit"."at") AS "month", COUNT(DISTINCT "vault"."visit"."person_email") AS "c" FROM "vault"."visit" GROUP BY DATE_TRUNC('month', "vault"."visit"."at") ORDER BY 1;
-- Django, Exists
SELECT "vault"."person"."id" FROM "vault"."person" WHERE EXISTS(SELECT 1 AS "a" FROM "vault"."visit" U0 WHERE U0."badge" = ("vault"."person"."badge") LIMIT 1) ORDER BY 1;
-- Hibernate, fetch join; masks email badge
SELECT p1_0.id, p1_0.city, p1_0.email, v1_0.badge, v1_0.place FROM vault.person p1_0 LEFT JOIN vault.visit v1_0 ON p1_0.badge=v1_0.badge WHERE p1_0.city IN ('Oslo','Rome') ORDER BY p1_0.id, v1_0.id;
-- Hibernate, count like
SELECT count(p1_0.id) FROM vault.person p1_0 WHERE p1_0.city LIKE 'O%' ESCAPE '';
-- Hibernate, fetch first of ranked
SELECT p1_0.id, row_number() OVER (PARTITION BY p1_0.city ORDER BY p1_0.joined DESC) rn FROM vault.person p1_0 ORDER BY 1 OFFSET 0 ROWS FETCH FIRST 10 ROWS ONLY;
-- DBeaver, a page of a filtered grid; masks email
SELECT t.* FROM (SELECT id, email, city, joined FROM vault.person) t WHERE t.city = 'Rome' ORDER BY t.joined LIMIT 200;
-- DBeaver, sizes of tables
SELECT c.oid::regclass::text, c.reltuples FROM pg_class c WHERE c.relnamespace = 'vault'::regnamespace AND relkind = 'r' ORDER BY 1;
-- pgAdmin, statistics of tables
SELECT schemaname, relname, n_live_tup >= 0 AS counted FROM pg_stat_user_tables WHERE schemaname = 'vault' ORDER BY 2;
-- keyset paging by the primary key; masks email
SELECT id, email FROM vault.person WHERE id > 3 ORDER BY id ASC LIMIT 2;
-- keyset paging by two columns; masks email
SELECT id, email FROM vault.person WHERE (city, id) > ('Lima', 2) ORDER BY city, id LIMIT 5;
-- difference to the row before
SELECT place, amount, amount - lag(amount) OVER (PARTITION BY place ORDER BY at) AS delta FROM vault.visit ORDER BY id;
-- running total of groups
SELECT place, sum(sum(amount)) OVER (ORDER BY place) AS running FROM vault.visit GROUP BY place ORDER BY place;
-- quartiles
SELECT id, amount, ntile(4) OVER (ORDER BY amount) AS quartile, percent_rank() OVER (ORDER BY amount) AS pr, cume_dist() OVER (ORDER BY amount) AS cd FROM vault.visit ORDER BY id;
-- join on a protected key and a clean range; masks email
SELECT v.id, p.email FROM vault.visit v JOIN vault.person p ON p.email = v.person_email AND v.at >= p.joined ORDER BY v.id;
-- latest of each person; masks person_email note
WITH ranked AS (SELECT v.*, row_number() OVER (PARTITION BY person_email ORDER BY at DESC) AS rn FROM vault.visit v) SELECT id, person_email, note FROM ranked WHERE rn = 1 ORDER BY id;
-- visits per person
SELECT count(*) AS visits, count(DISTINCT person_email) AS people, round(count(*)::numeric / nullif(count(DISTINCT person_email), 0), 2) AS each FROM vault.visit;
-- clean columns by people of a city
SELECT place, count(*) FROM vault.visit WHERE person_email IN (SELECT email FROM vault.person WHERE city = 'Oslo') GROUP BY place ORDER BY place;
-- people by number of visits
SELECT p.id FROM vault.person p WHERE (SELECT count(*) FROM vault.visit v WHERE v.badge = p.badge) > 6 ORDER BY p.id;
-- how many mails each city has
SELECT city, cardinality(array_agg(email)) AS n, array_length(ARRAY(SELECT v.note FROM vault.visit v ORDER BY v.id), 1) AS notes FROM vault.person GROUP BY city ORDER BY city;
-- clean arrays in arrays of keys
SELECT p.id, (SELECT array_agg(v.place ORDER BY v.id) FROM vault.visit v WHERE v.badge = p.badge) AS places FROM vault.person p ORDER BY 1;
-- members of documents; masks mail card
SELECT id, to_jsonb(v) ->> 'city' AS city, to_jsonb(v) ->> 'email' AS mail, to_jsonb(v) - 'city' AS card FROM vault.v_person v ORDER BY id;
-- computed columns beside clean ones; redacts year vest
SELECT id, extract(year FROM born) AS year, aliases @> '{x}' AS vest FROM vault.person WHERE id < 7 ORDER BY id;
-- Metabase, a sum over a condition and lengths; redacts internal letters
SELECT city, sum(CASE WHEN email LIKE '%@canary.test' THEN 1 ELSE 0 END) AS internal, avg(length(name)) AS letters FROM vault.person GROUP BY city ORDER BY city;
