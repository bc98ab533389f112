CREATE TABLE `allowances` (
	`key` text PRIMARY KEY NOT NULL,
	`used` integer NOT NULL,
	`until_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `allowances_by_age` ON `allowances` (`until_ms`);--> statement-breakpoint
CREATE TABLE `credentials` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`user_id` text NOT NULL,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at_ms` integer,
	`refresh_token_expires_at_ms` integer,
	`scope` text,
	`password` text,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `credentials_by_user` ON `credentials` (`user_id`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`user_id` text NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token_unique` ON `sessions` (`token`);--> statement-breakpoint
CREATE INDEX `sessions_by_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_by_age` ON `sessions` (`expires_at_ms`);--> statement-breakpoint
CREATE TABLE `sign_in_failures` (
	`name` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`free_at_ms` integer NOT NULL,
	`last_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sign_in_failures_by_age` ON `sign_in_failures` (`last_at_ms`);--> statement-breakpoint
CREATE TABLE `tokens` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`user_id` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`workspace_only` integer DEFAULT false NOT NULL,
	`parent_id` integer,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`hint` text NOT NULL,
	`scopes` text NOT NULL,
	`expires_at_ms` integer,
	`last_used_at_ms` integer,
	`revoked_at_ms` integer,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_uuid_unique` ON `tokens` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_by_hash` ON `tokens` (`hash`);--> statement-breakpoint
CREATE INDEX `tokens_by_user` ON `tokens` (`user_id`,`created_at_ms`);--> statement-breakpoint
CREATE INDEX `tokens_by_parent` ON `tokens` (`parent_id`) WHERE "tokens"."parent_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tokens_by_revocation` ON `tokens` (`revoked_at_ms`) WHERE "tokens"."revoked_at_ms" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_verified` integer DEFAULT false NOT NULL,
	`image` text,
	`first_slot` integer,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_first_slot_unique` ON `users` (`first_slot`);--> statement-breakpoint
CREATE TABLE `verifications` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `verifications_by_identifier` ON `verifications` (`identifier`);--> statement-breakpoint
CREATE INDEX `verifications_by_age` ON `verifications` (`expires_at_ms`);--> statement-breakpoint
CREATE TABLE `conversion_goals` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`name` text NOT NULL,
	`token` text NOT NULL,
	`token_hash` text NOT NULL,
	`value` integer NOT NULL,
	`currency` text NOT NULL,
	`click_id_param` text,
	`is_active` integer DEFAULT true NOT NULL,
	`max_value` integer,
	`server_only` integer DEFAULT false NOT NULL,
	`click_tokens_only` integer DEFAULT false NOT NULL,
	`secret_hash` text,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `conversion_goals_uuid_unique` ON `conversion_goals` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `conversion_goals_token_hash_unique` ON `conversion_goals` (`token_hash`);--> statement-breakpoint
CREATE INDEX `conversion_goals_by_workspace` ON `conversion_goals` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `custom_hostnames` (
	`hostname` text PRIMARY KEY NOT NULL,
	`remote_id` text,
	`is_ours` integer DEFAULT false NOT NULL,
	`is_active` integer DEFAULT false NOT NULL,
	`records` text DEFAULT '[]' NOT NULL,
	`problem` text,
	`failures` integer DEFAULT 0 NOT NULL,
	`asked_at_ms` integer NOT NULL,
	`due_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `custom_hostnames_due` ON `custom_hostnames` (`due_at_ms`);--> statement-breakpoint
CREATE TABLE `domains` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`claimed_by` text NOT NULL,
	`hostname` text NOT NULL,
	`challenge` text NOT NULL,
	`verified_at_ms` integer,
	`checked_at_ms` integer,
	`failed_checks` integer DEFAULT 0 NOT NULL,
	`failing_since_ms` integer,
	`root_url` text,
	`not_found_url` text,
	`robots` text,
	`apple_app_site_association` text,
	`asset_links` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `domains_uuid_unique` ON `domains` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `domains_by_workspace` ON `domains` (`workspace_id`,`hostname`);--> statement-breakpoint
CREATE INDEX `domains_claimed` ON `domains` (`claimed_by`) WHERE "domains"."verified_at_ms" IS NULL;--> statement-breakpoint
CREATE INDEX `domains_to_check` ON `domains` (`checked_at_ms`) WHERE "domains"."verified_at_ms" IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `domains_verified` ON `domains` (`hostname`) WHERE "domains"."verified_at_ms" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `collections` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `collections_uuid_unique` ON `collections` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `collections_by_name` ON `collections` (`workspace_id`,`name_key`);--> statement-breakpoint
CREATE TABLE `tags` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tags_uuid_unique` ON `tags` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `tags_by_name` ON `tags` (`workspace_id`,`name_key`);--> statement-breakpoint
CREATE TABLE `code_looks` (
	`user_id` text PRIMARY KEY NOT NULL,
	`looks` integer NOT NULL,
	`since_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `code_looks_by_age` ON `code_looks` (`since_ms`);--> statement-breakpoint
CREATE TABLE `link_blocks` (
	`workspace_id` integer NOT NULL,
	`first_id` integer NOT NULL,
	`links` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `first_id`),
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `link_tags` (
	`link_id` integer NOT NULL,
	`tag_id` integer NOT NULL,
	PRIMARY KEY(`link_id`, `tag_id`),
	FOREIGN KEY (`link_id`) REFERENCES `links`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`tag_id`) REFERENCES `tags`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `link_tags_by_tag` ON `link_tags` (`tag_id`,`link_id`);--> statement-breakpoint
CREATE TABLE `links` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`user_id` text NOT NULL,
	`domain` text DEFAULT '',
	`parked_domain` text,
	`code` text NOT NULL,
	`destination_url` text NOT NULL,
	`title` text,
	`title_folded` text,
	`destination_folded` text,
	`destination_hash` integer,
	`description` text,
	`external_id` text,
	`collection_id` integer,
	`is_active` integer DEFAULT true NOT NULL,
	`archived_at_ms` integer,
	`suspended_at_ms` integer,
	`starts_at_ms` integer,
	`ends_at_ms` integer,
	`expires_at_ms` integer,
	`expired_url` text,
	`redirect_status` integer DEFAULT 302 NOT NULL,
	`forward_query` integer DEFAULT false NOT NULL,
	`forward_path` integer DEFAULT false NOT NULL,
	`social` text,
	`crawlable` integer DEFAULT false NOT NULL,
	`utm_params` text,
	`password_hash` text,
	`password_version` integer DEFAULT 0 NOT NULL,
	`rules` text,
	`ab_enabled` integer DEFAULT false NOT NULL,
	`ab_sticky` integer DEFAULT false NOT NULL,
	`clicks_limit` integer,
	`limit_reached_url` text,
	`clicks_limit_since` integer,
	`bytes` integer DEFAULT 0 NOT NULL,
	`qr_settings` text,
	`version` integer DEFAULT 1 NOT NULL,
	`published_version` integer DEFAULT 1 NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`collection_id`) REFERENCES `collections`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "links_domain_or_parked" CHECK(("links"."domain" IS NULL) = ("links"."parked_domain" IS NOT NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `links_uuid_unique` ON `links` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `links_by_code` ON `links` (`domain`,`code`);--> statement-breakpoint
CREATE UNIQUE INDEX `links_parked` ON `links` (`parked_domain`,`workspace_id`,`code`) WHERE "links"."parked_domain" IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `links_by_external_id` ON `links` (`external_id`,`workspace_id`) WHERE "links"."external_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `links_by_destination` ON `links` (`destination_hash`,`workspace_id`);--> statement-breakpoint
CREATE INDEX `links_by_workspace` ON `links` (`workspace_id`,`id`,`bytes`);--> statement-breakpoint
CREATE INDEX `links_by_start` ON `links` (`workspace_id`,`starts_at_ms`) WHERE "links"."starts_at_ms" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `links_unpublished` ON `links` (`updated_at_ms`) WHERE "links"."published_version" < "links"."version";--> statement-breakpoint
CREATE INDEX `links_sealed` ON `links` (`id`) WHERE substr("links"."password_hash", 1, 8) = '$sealed$';--> statement-breakpoint
CREATE TABLE `reserved_codes` (
	`domain` text NOT NULL,
	`code` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`until_ms` integer NOT NULL,
	PRIMARY KEY(`domain`, `code`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `reserved_codes_by_age` ON `reserved_codes` (`until_ms`);--> statement-breakpoint
CREATE TABLE `route_tombstones` (
	`domain` text NOT NULL,
	`code` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`swept_at_ms` integer,
	PRIMARY KEY(`domain`, `code`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `route_tombstones_by_age` ON `route_tombstones` (`created_at_ms`);--> statement-breakpoint
CREATE INDEX `route_tombstones_by_sweep` ON `route_tombstones` (`swept_at_ms`);--> statement-breakpoint
CREATE TABLE `variants` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`link_id` integer NOT NULL,
	`public_id` text NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`weight` real NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`link_id`) REFERENCES `links`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `variants_by_link` ON `variants` (`link_id`,`public_id`);--> statement-breakpoint
CREATE TABLE `workspace_usage` (
	`workspace_id` integer PRIMARY KEY NOT NULL,
	`links` integer NOT NULL,
	`bytes` integer NOT NULL,
	`live_links` integer NOT NULL,
	`counted_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`queue` text NOT NULL,
	`message_id` text NOT NULL,
	`body` text NOT NULL,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `dead_letters_message_id_unique` ON `dead_letters` (`message_id`);--> statement-breakpoint
CREATE INDEX `dead_letters_by_age` ON `dead_letters` (`created_at_ms`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`principal` text NOT NULL,
	`operation` text NOT NULL,
	`key` text NOT NULL,
	`fingerprint` text NOT NULL,
	`result` text,
	`created_at_ms` integer NOT NULL,
	PRIMARY KEY(`principal`, `operation`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `idempotency_keys_by_age` ON `idempotency_keys` (`created_at_ms`);--> statement-breakpoint
CREATE TABLE `pending_closures` (
	`workspace_id` integer PRIMARY KEY NOT NULL,
	`ledger` text NOT NULL,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `pending_purges` (
	`link_id` integer PRIMARY KEY NOT NULL,
	`link_uuid` text NOT NULL,
	`ledger` text NOT NULL,
	`link_created_at_ms` integer NOT NULL,
	`reset_at_ms` integer
);
--> statement-breakpoint
CREATE TABLE `sweep_failures` (
	`sweep` text NOT NULL,
	`row_key` text NOT NULL,
	`tries` integer NOT NULL,
	`retry_at_ms` integer NOT NULL,
	`reason` text,
	`reported_at_ms` integer,
	PRIMARY KEY(`sweep`, `row_key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `webhook_outbox` (
	`event_id` text PRIMARY KEY NOT NULL,
	`workspace_id` integer NOT NULL,
	`event` text NOT NULL,
	`at_ms` integer NOT NULL,
	`link_id` integer,
	`data` text NOT NULL,
	`webhooks` text NOT NULL,
	`link_facts` text,
	`due_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` integer PRIMARY KEY NOT NULL,
	`uuid` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`url` text NOT NULL,
	`events` text NOT NULL,
	`filters` text DEFAULT '{}' NOT NULL,
	`thresholds` text DEFAULT '[]' NOT NULL,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_until_ms` integer,
	`retry_policy` text NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`disabled_reason` text,
	`is_slow` integer DEFAULT false NOT NULL,
	`failing_since_ms` integer,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhooks_uuid_unique` ON `webhooks` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `webhooks_by_target` ON `webhooks` (`workspace_id`,`url`,`events`,`filters`);--> statement-breakpoint
CREATE TABLE `excluded_networks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`hash` text NOT NULL,
	`bits` integer NOT NULL,
	`note` text,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `excluded_networks_uuid_unique` ON `excluded_networks` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `excluded_networks_by_workspace` ON `excluded_networks` (`workspace_id`,`bits`,`hash`);--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`email` text NOT NULL,
	`role` text NOT NULL,
	`hash` text NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_uuid_unique` ON `invitations` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_by_hash` ON `invitations` (`hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_by_workspace` ON `invitations` (`workspace_id`,`email`);--> statement-breakpoint
CREATE INDEX `invitations_by_email` ON `invitations` (`email`);--> statement-breakpoint
CREATE INDEX `invitations_by_age` ON `invitations` (`expires_at_ms`);--> statement-breakpoint
CREATE TABLE `members` (
	`workspace_id` integer NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `user_id`),
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `members_by_user` ON `members` (`user_id`);--> statement-breakpoint
CREATE TABLE `workspaces` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`name` text NOT NULL,
	`plan` text NOT NULL,
	`jurisdiction` text,
	`personal_of` text,
	`click_retention_days` integer,
	`attribution_days` integer,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `workspaces_uuid_unique` ON `workspaces` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `workspaces_personal_of_unique` ON `workspaces` (`personal_of`);--> statement-breakpoint
CREATE VIRTUAL TABLE link_search USING fts5 (
  grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);--> statement-breakpoint
CREATE INDEX links_by_end ON links (
  workspace_id, min(coalesce(ends_at_ms, 9e15), coalesce(expires_at_ms, 9e15))
) WHERE coalesce(ends_at_ms, expires_at_ms) IS NOT NULL;--> statement-breakpoint
CREATE TRIGGER workspaces_inserted AFTER INSERT ON workspaces BEGIN
  INSERT INTO workspace_usage (workspace_id, links, bytes, live_links, counted_at_ms)
  VALUES (new.id, 0, 0, 0, new.created_at_ms);
END;--> statement-breakpoint
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
END;--> statement-breakpoint
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
END;--> statement-breakpoint
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
