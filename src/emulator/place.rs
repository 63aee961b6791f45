//! An account in a Region: where jobs live, and the ARNs of what it has.

use super::draw::{self, Purpose};
use super::ids::plain_uuid;
use super::plans::Vault;
use super::world::World;

/// An account in a Region of a world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'w> {
    pub(super) world: &'w World,
    pub(super) account: u32,
    pub(super) region: u32,
}

impl<'w> Place<'w> {
    pub(super) fn account_id(self) -> &'w str {
        &self.world.accounts()[self.account as usize]
    }

    pub(super) fn region_name(self) -> &'w str {
        &self.world.regions()[self.region as usize]
    }

    /// The partition that the Region belongs to.
    pub(super) fn partition(self) -> &'static str {
        match self.region_name() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// A hash of the place and `parts`.
    pub(super) fn hash(self, purpose: Purpose, parts: &[u64]) -> u64 {
        let place = [u64::from(self.account), u64::from(self.region)];
        draw::hash(draw::hash(self.world.seed(), purpose, &place), purpose, parts)
    }

    /// A hash of the place itself.
    pub(super) fn estate_hash(self) -> u64 {
        self.hash(Purpose::Estate, &[])
    }

    /// The ARN of something that has a Region and an account.
    pub(super) fn arn(self, service: &str, resource: &str) -> String {
        let (region, account) = (self.region_name(), self.account_id());
        ["arn:", self.partition(), ":", service, ":", region, ":", account, ":", resource].concat()
    }

    /// The ARN of something of EC2's that has a Region but no account.
    pub(super) fn ec2_arn(self, resource: &str) -> String {
        ["arn:", self.partition(), ":ec2:", self.region_name(), "::", resource].concat()
    }

    pub(super) fn vault_arn(self, vault: &Vault) -> String {
        self.arn("backup", &["backup-vault:", vault.name].concat())
    }

    pub(super) fn role_arn(self, role: &str) -> String {
        ["arn:", self.partition(), ":iam::", self.account_id(), ":role/", role].concat()
    }

    /// The key that encrypts what is in the vault.
    pub(super) fn key_arn(self, vault: &Vault) -> String {
        let hash = self.hash(Purpose::Name, &[vault.name.len() as u64, 1]);
        self.arn("kms", &["key/", &plain_uuid(hash)].concat())
    }

    /// The same account in the next Region; itself where there is only one.
    pub(super) fn next_region(self) -> Self {
        let regions = self.world.regions().len();
        Self { region: (self.region + 1) % u32::try_from(regions).unwrap_or(1), ..self }
    }

    /// The organisation's backup account, which is its last; for itself, the management account.
    pub(super) fn backup_account(self) -> Self {
        let last = u32::try_from(self.world.accounts().len() - 1).unwrap_or(0);
        Self { account: if self.account == last { 0 } else { last }, ..self }
    }
}
