-- Values whose masks read other columns of their row.

-- mask: a date beside its subject [rows-beside]
SELECT owner, arrived FROM vault.guest;
-- mask: all columns [rows-beside]
SELECT id, owner, land, given, mail, memo, arrived FROM vault.guest;
-- mask: in another order, under other names [rows-beside]
SELECT id AS a, given AS b, memo AS own, mail AS c FROM vault.guest;
-- mask: by condition, and by itself [rows-beside]
SELECT land, memo FROM vault.guest;
-- mask: through a view [rows-beside]
SELECT host, since FROM vault.v_guest;
-- mask: through a subquery of a join [rows-beside]
SELECT s.o, p.id, s.d FROM (SELECT owner AS o, arrived AS d FROM vault.guest) s JOIN vault.person p ON p.id = s.o;
-- mask: in a group of itself [rows-beside]
SELECT owner, count(*), arrived FROM vault.guest GROUP BY id;
-- redact: apart from its subject [rows-beside]
SELECT arrived FROM vault.guest;
-- redact: through a view without the subject [rows-beside]
SELECT arrived FROM vault.v_arrival;
-- redact: subquery without the subject [rows-beside]
SELECT g.owner, s.arrived FROM (SELECT id, arrived FROM vault.guest) s JOIN vault.guest g ON g.id = s.id;
-- redact: beside the subject of another row, self-joined [rows-beside]
SELECT b.owner, a.arrived FROM vault.guest a JOIN vault.guest b ON b.id = a.id + 1;
-- redact: beside the subject of the same row, self-joined [rows-beside]
SELECT b.owner, a.arrived FROM vault.guest a JOIN vault.guest b ON b.id = a.id;
-- redact: one CTE twice [rows-beside]
WITH c AS (SELECT * FROM vault.guest) SELECT b.owner, a.arrived FROM c a, c b WHERE b.id = 3;
-- redact: one view twice [rows-beside]
SELECT b.host, a.since FROM vault.v_guest a, vault.v_guest b WHERE b.number = 3;
-- redact: the subject's name on another column [rows-beside]
SELECT id AS owner, arrived FROM vault.guest;
-- redact: renamed in an alias list [rows-beside]
SELECT owner, arrived FROM vault.guest AS g (owner, id, land, given, mail, memo, arrived);
-- redact: a number computed from the subject [rows-beside]
SELECT owner + 0 AS owner, arrived FROM vault.guest;
-- redact: a subject of the client's own [rows-beside]
SELECT 1 AS owner, arrived FROM vault.guest;
-- redact: NULL for a subject [rows-beside]
SELECT NULL::int AS owner, arrived FROM vault.guest;
-- redact: the subject through LATERAL, where it may be NULL [rows-beside]
SELECT l.owner, g.arrived FROM vault.guest g LEFT JOIN LATERAL (SELECT g.owner WHERE false) l ON true;
-- redact: the condition's column through LATERAL, where it may be NULL [rows-beside]
SELECT l.land, g.memo FROM vault.guest g LEFT JOIN LATERAL (SELECT g.land WHERE false) l ON true;
-- redact: another row by a window [rows-beside]
SELECT owner, lag(arrived) OVER (ORDER BY id) FROM vault.guest;
-- redact: field of another row by a window [rows-beside]
SELECT owner, (lag(g) OVER (ORDER BY id)).arrived FROM vault.guest g;
-- redact: the subject of another row by a window [rows-beside]
SELECT (lag(g) OVER (ORDER BY id)).owner, arrived FROM vault.guest g;
-- redact: a branch of CASE [rows-beside]
SELECT owner, CASE WHEN id = 1 THEN arrived END FROM vault.guest;
-- redact: the least of a group [rows-beside]
SELECT owner, min(arrived) FROM vault.guest GROUP BY owner;
-- redact: collected [rows-beside]
SELECT owner, array_agg(arrived) FROM vault.guest GROUP BY owner;
-- redact: expanded from an array of rows [rows-beside]
SELECT u.owner, u.arrived FROM unnest(ARRAY(SELECT g FROM vault.guest g)) u;
-- redact: two branches [rows-beside]
SELECT owner, arrived FROM vault.guest UNION ALL SELECT id, arrived FROM vault.guest;
-- redact: recursion [rows-beside]
WITH RECURSIVE r AS (SELECT owner, arrived FROM vault.guest UNION ALL SELECT 1, arrived FROM r WHERE owner = 4) SELECT owner, arrived FROM r LIMIT 30;
-- redact: template without what it shows [rows-beside]
SELECT id, mail FROM vault.guest;
-- redact: template beside another row's name [rows-beside]
SELECT a.id, b.given, a.mail FROM vault.guest a, vault.guest b WHERE b.id = 2;
-- refuse predicate: grouping sets that leave the subject out [rows-beside]
SELECT owner, arrived FROM vault.guest GROUP BY GROUPING SETS ((owner, arrived), (arrived));
-- redact: one set of a group that holds the key [rows-beside]
SELECT owner, arrived FROM vault.guest GROUP BY id, GROUPING SETS ((id), (owner));
-- refuse predicate: two dates of one amount [rows-beside]
SELECT a.id, b.id FROM vault.guest a JOIN vault.guest b ON a.arrived = b.arrived;
-- refuse predicate: distinct pairs [rows-beside]
SELECT DISTINCT owner, arrived FROM vault.guest;
-- refuse predicate: searched by what is shown [rows-beside]
SELECT id FROM vault.guest WHERE arrived = '80300-01-01';
-- refuse predicate: in the order of originals [rows-beside]
SELECT id, owner, arrived FROM vault.guest ORDER BY arrived;
