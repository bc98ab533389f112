ALTER TABLE `links` ADD `utm_params` text;--> statement-breakpoint
ALTER TABLE `links` ADD `password_hash` text;--> statement-breakpoint
ALTER TABLE `links` ADD `password_version` integer DEFAULT 0 NOT NULL;