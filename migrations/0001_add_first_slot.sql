ALTER TABLE `users` ADD `first_slot` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `users_first_slot_unique` ON `users` (`first_slot`);