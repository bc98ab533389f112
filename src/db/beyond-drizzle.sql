-- What drizzle cannot describe. tools/complete-migration.ts adds each statement to the migration
-- that drizzle-kit generates, unless a migration has it already.

-- The texts by which a link is found (links/search/search-index.ts): three rows a link. Contains no
-- texts itself, and is made anew from the links should it be lost.
CREATE VIRTUAL TABLE link_search USING fts5 (
  grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
--> statement-breakpoint
CREATE INDEX links_by_end ON links (
  workspace_id, min(coalesce(ends_at_ms, 9e15), coalesce(expires_at_ms, 9e15))
) WHERE coalesce(ends_at_ms, expires_at_ms) IS NOT NULL;
--> statement-breakpoint
CREATE TRIGGER workspaces_inserted AFTER INSERT ON workspaces BEGIN
  INSERT INTO workspace_usage (workspace_id, links, bytes, live_links, counted_at_ms)
  VALUES (new.id, 0, 0, 0, new.created_at_ms);
END;
--> statement-breakpoint
CREATE TRIGGER links_inserted AFTER INSERT ON links BEGIN
  UPDATE workspace_usage SET
    links = links + 1,
    bytes = bytes + new.bytes,
    live_links = live_links + (
      new.is_active AND new.archived_at_ms IS NULL AND new.suspended_at_ms IS NULL
      AND coalesce(new.starts_at_ms, 0) <= counted_at_ms
      AND min(coalesce(new.ends_at_ms, 9e15), coalesce(new.expires_at_ms, 9e15)) > counted_at_ms
    )
  WHERE workspace_id = new.workspace_id;
  INSERT INTO link_blocks (workspace_id, first_id, links)
  SELECT new.workspace_id, new.id, 0 WHERE NOT EXISTS (
    SELECT 1 FROM (
      SELECT links FROM link_blocks
      WHERE workspace_id = new.workspace_id AND first_id <= new.id
      ORDER BY first_id DESC LIMIT 1
    ) AS last WHERE last.links < 256 OR new.id < (
      SELECT max(id) FROM links WHERE workspace_id = new.workspace_id
    )
  );
  UPDATE link_blocks SET links = links + 1
  WHERE workspace_id = new.workspace_id AND first_id = (
    SELECT max(first_id) FROM link_blocks
    WHERE workspace_id = new.workspace_id AND first_id <= new.id
  );
END;
--> statement-breakpoint
CREATE TRIGGER links_changed AFTER UPDATE OF
  bytes, is_active, archived_at_ms, suspended_at_ms, starts_at_ms, ends_at_ms, expires_at_ms
ON links BEGIN
  UPDATE workspace_usage SET
    bytes = bytes + new.bytes - old.bytes,
    live_links = live_links + (
      new.is_active AND new.archived_at_ms IS NULL AND new.suspended_at_ms IS NULL
      AND coalesce(new.starts_at_ms, 0) <= counted_at_ms
      AND min(coalesce(new.ends_at_ms, 9e15), coalesce(new.expires_at_ms, 9e15)) > counted_at_ms
    ) - (
      old.is_active AND old.archived_at_ms IS NULL AND old.suspended_at_ms IS NULL
      AND coalesce(old.starts_at_ms, 0) <= counted_at_ms
      AND min(coalesce(old.ends_at_ms, 9e15), coalesce(old.expires_at_ms, 9e15)) > counted_at_ms
    )
  WHERE workspace_id = new.workspace_id;
END;
--> statement-breakpoint
CREATE TRIGGER links_deleted AFTER DELETE ON links BEGIN
  UPDATE workspace_usage SET
    links = links - 1,
    bytes = bytes - old.bytes,
    live_links = live_links - (
      old.is_active AND old.archived_at_ms IS NULL AND old.suspended_at_ms IS NULL
      AND coalesce(old.starts_at_ms, 0) <= counted_at_ms
      AND min(coalesce(old.ends_at_ms, 9e15), coalesce(old.expires_at_ms, 9e15)) > counted_at_ms
    )
  WHERE workspace_id = old.workspace_id;
  UPDATE link_blocks SET links = links - 1
  WHERE workspace_id = old.workspace_id AND first_id = (
    SELECT max(first_id) FROM link_blocks
    WHERE workspace_id = old.workspace_id AND first_id <= old.id
  );
  DELETE FROM link_search WHERE rowid IN (old.id * 4, old.id * 4 + 1, old.id * 4 + 2);
END;
