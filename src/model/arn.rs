//! Account ids, and what an Amazon Resource Name tells about account and Region.

/// True if and only if `text` is the id of an AWS account: 12 digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The Region and account of an ARN, `arn:partition:service:region:account:resource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArnParts<'a> {
    /// The Region, absent for global services and for S3 buckets.
    pub region: Option<&'a str>,
    /// The account, absent for AWS's own resources such as snapshots and images.
    pub account_id: Option<&'a str>,
}

impl<'a> ArnParts<'a> {
    /// Reads an ARN; a text that is none has neither part.
    ///
    /// The account is not checked for 12 digits: AWS's own sample events have 13.
    pub fn of(arn: &'a str) -> Self {
        let mut parts = arn.splitn(6, ':');
        let (scheme, _partition, _service) = (parts.next(), parts.next(), parts.next());
        let mut part = || parts.next().filter(|text| !text.is_empty());
        let (region, account_id) = (part(), part());
        // A sixth part must follow: `arn:aws:x:region:account` alone is cut short.
        if scheme != Some("arn") || parts.next().is_none() {
            return Self { region: None, account_id: None };
        }
        Self { region, account_id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(arn: &str, region: Option<&str>, account_id: Option<&str>) {
        assert_eq!(ArnParts::of(arn), ArnParts { region, account_id });
    }

    #[test]
    fn a_vault_tells_both() {
        let arn = "arn:aws:backup:us-west-2:123456789012:backup-vault:Default";
        check(arn, Some("us-west-2"), Some("123456789012"));
    }

    #[test]
    fn an_image_tells_no_account() {
        check("arn:aws:ec2:us-west-2::image/ami-1", Some("us-west-2"), None);
    }

    #[test]
    fn a_text_that_is_no_arn_tells_nothing() {
        check("", None, None);
        check("Default", None, None);
        check("arn:aws:backup:us-west-2:123456789012", None, None);
        check("urn:aws:backup:us-west-2:123456789012:x", None, None);
    }
}
