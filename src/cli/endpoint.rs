//! What the commands share that serve an endpoint: an address, a URL that is told.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::error::{Error, Result};
use crate::serve::aws::Server;

use super::signals::Signals;
use super::target::Target;
use super::{Status, printer};

/// Takes an address.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|err| {
        Error::io(format!("listen on \"{address}\""), err)
            .with_hint("name another address with --listen; 127.0.0.1:0 takes any free port")
    })
}

/// Where a server is asked.
pub(super) fn url(server: &Server) -> String {
    format!("http://{}", server.address())
}

/// Serves until the process is asked to end. Tells the URL for programs, and `notes` for people.
pub(super) async fn serve(server: Server, notes: &[String]) -> Result<Status> {
    // Whoever reads the URL may interrupt at once: that must end it gracefully already.
    let mut signals = Signals::listen()?;
    Target::say(&format!("{}\n", url(&server)))?;
    for note in notes {
        printer::note(note);
    }
    server.run(async move { signals.next().await }).await;
    Ok(Status::Done)
}
