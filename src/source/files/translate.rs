//! Reports and events to AWS's own member names.
//!
//! Both name most members as the API does, but for the case of letters and without the nested
//! record (`backupPlanArn` for `CreatedBy.BackupPlanArn`). That is the rule; a [`Dialect`] lists
//! what differs from it.

use serde_json::{Map, Value};

use crate::tables::Table;

/// How one sort of document names the members of one kind of job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    /// Members that have another name in the API: theirs (dotted), and AWS's.
    pub(super) renamed: &'static [(&'static str, &'static str)],
    /// Members that are used otherwise or repeat others: neither kept nor reported.
    pub(super) used: &'static [&'static str],
}

impl Dialect {
    /// The record under AWS's names, and the members that have none.
    pub(super) fn translate(
        self,
        table: &Table,
        record: Map<String, Value>,
    ) -> (Map<String, Value>, Vec<String>) {
        let mut translated = Map::new();
        let mut unknown = Vec::new();
        for (member, value) in record {
            match (self.aws_name(table, &member), value) {
                (Some(aws), value) => insert(&mut translated, aws, value),
                (None, Value::Object(nested)) => {
                    for (child, value) in nested {
                        let path = format!("{member}.{child}");
                        match self.aws_name(table, &path) {
                            Some(aws) => insert(&mut translated, aws, value),
                            None => unknown.push(path),
                        }
                    }
                }
                _ if self.used.contains(&&*member) => {}
                _ => unknown.push(member),
            }
        }
        (translated, unknown)
    }

    fn aws_name(self, table: &Table, member: &str) -> Option<&'static str> {
        let renamed = self.renamed.iter().find(|(theirs, _)| *theirs == member);
        renamed.map(|(_, aws)| *aws).or_else(|| {
            let mut names = table.columns.iter().map(|column| column.aws);
            names.find(|aws| {
                let last = aws.rsplit('.').next().unwrap_or(aws);
                !aws.is_empty()
                    && (aws.eq_ignore_ascii_case(member) || last.eq_ignore_ascii_case(member))
            })
        })
    }
}

/// Sets AWS's member, in its nested record if it has one. What was left out overwrites nothing.
pub(super) fn insert(record: &mut Map<String, Value>, aws: &str, value: Value) {
    if value.is_null() {
        return;
    }
    match aws.split_once('.') {
        None => drop(record.insert(aws.to_owned(), value)),
        Some((member, child)) => {
            let nested = record.entry(member).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(nested) = nested {
                nested.insert(child.to_owned(), value);
            }
        }
    }
}
