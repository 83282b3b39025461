-- The action's description as people were shown it: its hash is part of what they sign, so the sentence, the blast radius
-- and the undo that a browser displays are covered by the digest.
alter table approvals add column description text;
create trigger approval_descriptions_are_not_edited before update of description on approvals
  for each row execute function refuse_approval_edit();
