-- Statements that write to a table with triggers, which fire for some columns or rows.
-- Pairs as in own_pairs.sql; names and types of columns are alike in all.
CREATE DOMAIN share AS int DEFAULT 25 CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE acct (id int PRIMARY KEY, owner text NOT NULL DEFAULT 'nobody', bal int NOT NULL DEFAULT 100 CHECK (bal >= 0), note text, seen int NOT NULL DEFAULT 0, part share);
CREATE TABLE mov (id int PRIMARY KEY, acct_id int NOT NULL, amt int, kind text DEFAULT 'in');
CREATE TABLE log (acct_id int, what text);
CREATE FUNCTION acct_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (NEW.id, 'audited'); RETURN NEW; END $$;
CREATE TRIGGER acct_audit AFTER UPDATE OF note ON acct FOR EACH ROW WHEN (NEW.note = 'audit') EXECUTE FUNCTION acct_log();
CREATE FUNCTION acct_seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.seen := OLD.seen + 1; RETURN NEW; END $$;
CREATE TRIGGER acct_bal BEFORE UPDATE OF bal ON acct FOR EACH ROW EXECUTE FUNCTION acct_seen();

-- ! triggers
UPDATE acct SET note = 'x' WHERE id = 3;
UPDATE acct SET note = 'x', bal = bal WHERE id = 3;
-- ! triggers
UPDATE acct SET bal = bal + 1;
UPDATE acct SET bal = bal + 1, note = note;
-- = triggers
UPDATE acct SET bal = bal + 1 WHERE note = 'x';
UPDATE acct SET bal = bal + 1, note = note WHERE note = 'x';
-- ! triggers
UPDATE acct SET note = 'audit' WHERE bal > 50;
UPDATE acct SET note = 'audit', seen = seen + 1 WHERE bal > 50;
-- ! triggers
UPDATE acct SET bal = 7 WHERE bal <> 7;
UPDATE acct SET bal = 7, seen = seen WHERE bal <> 7 AND note IS DISTINCT FROM 'audit';
