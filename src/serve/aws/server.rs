//! The endpoint at an address.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::error::{Error, Result};
use crate::serve::http::{self, Limits};

use super::callers::Callers;
use super::service::AwsService;

const HINT: &str = "listen on 127.0.0.1 or [::1]; `lookback serve aws` listens elsewhere once \
                    [[serve.key]] of the settings file says who may call";

/// An endpoint that has its address and does not serve yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    service: Arc<AwsService>,
    limits: Limits,
}

impl Server {
    /// An endpoint on `listener`.
    ///
    /// # Errors
    /// A listener that other machines can reach, where whoever reaches it is let in.
    pub fn new(listener: TcpListener, service: AwsService, limits: Limits) -> Result<Self> {
        let address = listener.local_addr().map_err(|err| Error::io("read an address", err))?;
        let lets_in_anyone = matches!(service.callers(), Callers::Anyone { .. });
        if lets_in_anyone && !address.ip().is_loopback() {
            return Err(Error::input(format!("address \"{address}\" is not a loopback address"))
                .with_hint(HINT));
        }
        Ok(Self { listener, address, service: Arc::new(service), limits })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is done and the requests under way have ended.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        http::serve(self.listener, shutdown, self.service, self.limits).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::aws::tests::service;

    #[tokio::test]
    async fn an_address_that_others_can_reach_is_refused() {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let err = Server::new(listener, service(), Limits::default()).unwrap_err();
        assert_eq!(err.to_string(), format!("address \"{address}\" is not a loopback address"));
        assert_eq!(err.hint(), Some(HINT));
    }
}
