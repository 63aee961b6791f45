//! AWS's exceptions for signatures that do not hold, in AWS's words.
//!
//! The names, statuses and texts are those of AWS's REST-JSON services as seen in public:
//!
//! - the IAM user guide, "Troubleshoot signed requests for AWS APIs", has the sentences on expiry,
//!   scope and mismatch; those on scope come all at once, as `DynamoDB` answers (dynalite, which
//!   records them and the order of the checks);
//! - `InvalidSignatureException` with 403 and `x-amzn-ErrorType`: EKS on a wrong clock
//!   ("Signature expired: … is now earlier than …"), AWS Batch on a wrong service
//!   (cllunsford/aws-signing-proxy issue 25), Amazon Kinesis on an unsigned host (aws-sdk-php issue
//!   2469). Query services say `SignatureDoesNotMatch`, EC2 `RequestExpired`;
//! - `UnrecognizedClientException` with 403: badslug/Paw-AWSSignature4DynamicValue issue 5. Query
//!   services say `InvalidClientTokenId`;
//! - `MissingAuthenticationTokenException` with 403: API Gateway's own control plane
//!   (common-voice issue 1599);
//! - `IncompleteSignatureException`: AWS Backup's "Common Errors" gives it the status 400, and AWS
//!   tells the header that it means by its hash (awslabs/time-addressable-media-store issue 8).
//!
//! Never seen, and worded here: more than one `Authorization`, and a lifetime that is none, for
//! which S3's sentence is taken. AWS adds the canonical request to a mismatch; that is left out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::super::error::Exception;
use super::ALGORITHM;

/// The request is not signed.
pub(super) fn missing() -> Exception {
    Exception::new(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
}

/// The signature lacks something, or cannot be read.
pub(in crate::serve::aws) fn incomplete(problem: impl Into<String>) -> Exception {
    Exception::new(400, "IncompleteSignatureException", problem)
}

/// The signature is not good for this request, here and now.
pub(in crate::serve::aws) fn invalid(problem: impl Into<String>) -> Exception {
    Exception::new(403, "InvalidSignatureException", problem)
}

/// The signature is not that of the key's holder.
pub(super) fn mismatch() -> Exception {
    invalid(
        "The request signature we calculated does not match the signature you provided. Check \
         your AWS Secret Access Key and signing method. Consult the service documentation for \
         details.",
    )
}

/// There is no such key, or no such session.
pub(super) fn unrecognized() -> Exception {
    let message = "The security token included in the request is invalid.";
    Exception::new(403, "UnrecognizedClientException", message)
}

/// The signature is of another kind.
pub(super) fn unsupported_algorithm(algorithm: &str) -> Exception {
    incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now)."))
}

/// The header as AWS tells it: it may hold another system's credentials.
pub(super) fn hashed(header: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(header))
}
