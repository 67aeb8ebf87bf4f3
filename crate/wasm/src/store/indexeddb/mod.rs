//! The browser's database.

mod request;
mod schema;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Object, Uint8Array};
use tabkms_core::store::{Generation, Row, Tree};
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbTransaction};

use self::request::Mode;
pub use self::schema::SCHEMA_VERSION;
use super::{Commit, Head, Outcome, Pending, Store, Take, head_from_js, head_to_js, number, whole};
use crate::error::StorageError;
use crate::host;
use crate::memory;
use crate::root_key::Mode as KeptBy;

const META: &str = "meta";
const ROWS: &str = "rows";
const PIECES: &str = "pieces";
/// How many rows are read at once.
const PART: u32 = 4096;
/// How many bytes a row usually is.
const USUAL_ROW: u32 = 280;

/// Rows and pieces in an IndexedDB database of the page's origin.
pub struct IndexedDbStore {
    name: String,
    connection: Rc<RefCell<Option<Connection>>>,
    closed: Cell<bool>,
}

struct Connection {
    database: IdbDatabase,
    // Dropped with the connection, and not before: the browser calls it.
    _on_lost: Closure<dyn FnMut()>,
}

impl IndexedDbStore {
    /// Opens the database `name`, makes it where there is none, and migrates an older one.
    ///
    /// # Errors
    /// [`StorageError::Refused`] where the browser gives no storage, [`StorageError::SchemaTooNew`] where a newer
    /// version wrote it.
    pub async fn open(name: &str) -> Result<Self, StorageError> {
        let store = Self { name: name.to_owned(), connection: Rc::default(), closed: Cell::new(false) };
        store.database().await?;
        Ok(store)
    }

    /// The connection; a lost one (a newer tab migrates, the site's data was cleared) is made again.
    async fn database(&self) -> Result<IdbDatabase, StorageError> {
        if self.closed.get() {
            return Err(StorageError::Closed);
        }
        if let Some(connection) = &*self.connection.borrow() {
            return Ok(connection.database.clone());
        }
        let database = request::open(&self.name).await?;
        let on_lost = {
            let (slot, database) = (Rc::downgrade(&self.connection), database.clone());
            Closure::<dyn FnMut()>::new(move || {
                // Whoever wants to migrate or delete the database gets it at once.
                database.close();
                let Some(slot) = slot.upgrade() else { return };
                // Only marked as lost here: dropping it would drop this very closure while it runs.
                wasm_bindgen_futures::spawn_local(async move {
                    slot.borrow_mut().take();
                });
            })
        };
        database.set_onversionchange(Some(on_lost.as_ref().unchecked_ref()));
        database.set_onclose(Some(on_lost.as_ref().unchecked_ref()));
        if self.closed.get() {
            database.close();
            return Err(StorageError::Closed);
        }
        *self.connection.borrow_mut() = Some(Connection { database: database.clone(), _on_lost: on_lost });
        Ok(database)
    }

    async fn begin(&self, stores: &[&str], mode: Mode) -> Result<IdbTransaction, StorageError> {
        let database = self.database().await?;
        match request::transaction(&database, stores, mode) {
            Ok(transaction) => Ok(transaction),
            // The connection was lost between two events: once more, on a new one.
            Err(_) if !self.closed.get() => {
                self.connection.borrow_mut().take();
                request::transaction(&self.database().await?, stores, mode)
            }
            Err(error) => Err(error),
        }
    }

    async fn rows(&self, known: Option<Head>, take: &mut Take<'_>) -> Result<Option<Head>, StorageError> {
        let transaction = self.begin(&[META, ROWS], Mode::Read).await?;
        let head = read_head(&object_store(&transaction, META)?).await?;
        let rows = object_store(&transaction, ROWS)?;
        match (&head, &known) {
            (None, _) => {}
            (Some(head), Some(known)) if head == known => {}
            (Some(head), Some(known)) if head.store == known.store => {
                let newer = thrown(IdbKeyRange::lower_bound_with_open(&number(known.generation), true))?;
                let request = thrown(rows.index("generation"))?.get_all_with_key(&newer.into());
                let found: Array = request::result(request).await?.unchecked_into();
                take(decode_rows(&found)?)?;
            }
            _ => read_in_parts(&rows, take).await?,
        }
        Ok(head)
    }

    async fn write(&self, commit: Commit) -> Result<Outcome, StorageError> {
        let transaction = self.begin(&[META, ROWS, PIECES], Mode::WriteStrict).await?;
        let done = self.fill(&transaction, commit).await;
        match done {
            Ok(Outcome::Committed) => request::complete(&transaction).await.map(|()| Outcome::Committed),
            Ok(refused) => Ok(refused),
            Err(error) => {
                // Half a commit is none. It may be aborted already: by the error itself.
                let _ = transaction.abort();
                Err(error)
            }
        }
    }

    async fn fill(&self, transaction: &IdbTransaction, commit: Commit) -> Result<Outcome, StorageError> {
        let (meta, rows) = (object_store(transaction, META)?, object_store(transaction, ROWS)?);
        let pieces = object_store(transaction, PIECES)?;
        let current = read_head(&meta).await?;
        if current != commit.expected {
            return Ok(Outcome::Refused(current));
        }
        if commit.replace {
            thrown(rows.clear())?;
            delete_other_stores(&pieces, &commit.head.store)?;
        }
        for row in &commit.rows {
            thrown(rows.put(&encode_row(row)))?;
        }
        for body in &commit.drop_bodies {
            thrown(pieces.delete(&body_range(&commit.head.store, body)?.into()))?;
        }
        if let Some(root) = &commit.root {
            thrown(meta.put_with_key(root, &"root".into()))?;
        }
        thrown(meta.put_with_key(&head_to_js(&commit.head), &"head".into()))?;
        Ok(Outcome::Committed)
    }

    async fn put(&self, key: JsValue, bytes: Uint8Array) -> Result<(), StorageError> {
        // Relaxed: the strict commit of the row that names the body comes after it, in order.
        let transaction = self.begin(&[PIECES], Mode::Write).await?;
        thrown(object_store(&transaction, PIECES)?.put_with_key(&bytes, &key))?;
        request::complete(&transaction).await
    }

    async fn prune(&self, store: &str, keep: &[String]) -> Result<u32, StorageError> {
        let transaction = self.begin(&[PIECES], Mode::Write).await?;
        let pieces = object_store(&transaction, PIECES)?;
        let keys = Array::from(&request::result(pieces.get_all_keys()).await?);
        let found = keys.iter().filter_map(|key| {
            let key = Array::from(&key);
            Some((key.get(0).as_string()?, key.get(1).as_string()?))
        });
        // The keys come in order: the pieces of a body stand together.
        let mut bodies: Vec<(String, String)> = found.collect();
        bodies.dedup();
        let mut kept = Tree::default();
        for body in keep {
            kept.insert(body.as_bytes(), ());
        }
        bodies.retain(|(owner, body)| owner != store || kept.get(body.as_bytes()).is_none());
        for (owner, body) in &bodies {
            thrown(pieces.delete(&body_range(owner, body)?.into()))?;
        }
        request::complete(&transaction).await?;
        Ok(u32::try_from(bodies.len()).unwrap_or(u32::MAX))
    }
}

impl Store for IndexedDbStore {
    fn kind(&self) -> &'static str {
        "indexeddb"
    }

    fn root_mode(&self) -> KeptBy {
        KeptBy::Browser
    }

    fn head(&self) -> Pending<'_, Option<Head>> {
        Box::pin(async move {
            let transaction = self.begin(&[META], Mode::Read).await?;
            read_head(&object_store(&transaction, META)?).await
        })
    }

    fn read<'a>(&'a self, known: Option<Head>, take: &'a mut Take<'a>) -> Pending<'a, Option<Head>> {
        Box::pin(self.rows(known, take))
    }

    fn root(&self) -> Pending<'_, Option<JsValue>> {
        Box::pin(async move {
            let transaction = self.begin(&[META], Mode::Read).await?;
            let root = request::result(object_store(&transaction, META)?.get(&"root".into())).await?;
            Ok((!root.is_undefined()).then_some(root))
        })
    }

    fn commit(&self, commit: Commit) -> Pending<'_, Outcome> {
        Box::pin(self.write(commit))
    }

    fn put_piece(&self, store: &str, body: &str, index: u32, bytes: Uint8Array) -> Pending<'_, ()> {
        let key = piece_key(store, body, index);
        Box::pin(self.put(key, bytes))
    }

    fn read_piece(&self, store: &str, body: &str, index: u32) -> Pending<'_, Option<Uint8Array>> {
        let key = piece_key(store, body, index);
        Box::pin(async move {
            let transaction = self.begin(&[PIECES], Mode::Read).await?;
            let piece = request::result(object_store(&transaction, PIECES)?.get(&key)).await?;
            Ok(piece.dyn_into::<Uint8Array>().ok())
        })
    }

    fn delete_body(&self, store: &str, body: &str) -> Pending<'_, ()> {
        let range = body_range(store, body);
        Box::pin(async move {
            let transaction = self.begin(&[PIECES], Mode::Write).await?;
            thrown(object_store(&transaction, PIECES)?.delete(&range?.into()))?;
            request::complete(&transaction).await
        })
    }

    fn keep_bodies(&self, store: &str, bodies: Vec<String>) -> Pending<'_, u32> {
        let store = store.to_owned();
        Box::pin(async move { self.prune(&store, &bodies).await })
    }

    fn close(&self) {
        self.closed.set(true);
        if let Some(connection) = self.connection.borrow_mut().take() {
            connection.database.set_onversionchange(None);
            connection.database.set_onclose(None);
            connection.database.close();
        }
    }
}

impl Drop for IndexedDbStore {
    fn drop(&mut self) {
        self.close();
    }
}

fn thrown<T>(result: Result<T, JsValue>) -> Result<T, StorageError> {
    result.map_err(|thrown| StorageError::from_thrown(&thrown))
}

fn object_store(transaction: &IdbTransaction, name: &str) -> Result<IdbObjectStore, StorageError> {
    thrown(transaction.object_store(name))
}

async fn read_head(meta: &IdbObjectStore) -> Result<Option<Head>, StorageError> {
    head_from_js(request::result(meta.get(&"head".into())).await?)
}

fn encode_row(row: &Row) -> JsValue {
    let object = Object::new();
    host::set(&object, "kind", &JsValue::from(row.kind));
    host::set(&object, "id", &JsValue::from_str(&row.id));
    host::set(&object, "generation", &number(row.generation));
    if let Some(sealed) = &row.sealed {
        host::set(&object, "sealed", &Uint8Array::from(sealed.as_slice()));
    }
    object.into()
}

#[wasm_bindgen]
extern "C" {
    /// A row as it stands in the database: structured cloning has made it, so that asking for a member cannot throw.
    #[wasm_bindgen(extends = Object)]
    type StoredRow;
    #[wasm_bindgen(method, structural, getter)]
    fn kind(this: &StoredRow) -> JsValue;
    #[wasm_bindgen(method, structural, getter)]
    fn id(this: &StoredRow) -> JsValue;
    #[wasm_bindgen(method, structural, getter)]
    fn generation(this: &StoredRow) -> JsValue;
    #[wasm_bindgen(method, structural, getter)]
    fn sealed(this: &StoredRow) -> JsValue;
}

/// Reads all rows. While a part is taken the browser reads the next one: it was asked for before.
async fn read_in_parts(rows: &IdbObjectStore, take: &mut Take<'_>) -> Result<(), StorageError> {
    let mut next = Some(rows.get_all_with_key_and_limit(&JsValue::UNDEFINED, PART));
    while let Some(request) = next.take() {
        let found: Array = request::result(request).await?.unchecked_into();
        if found.length() == PART {
            let last: StoredRow = found.get(PART - 1).unchecked_into();
            let behind = IdbKeyRange::lower_bound_with_open(&Array::of2(&last.kind(), &last.id()), true);
            next = Some(rows.get_all_with_key_and_limit(&thrown(behind)?.into(), PART));
        }
        memory::reserve(found.length().saturating_mul(USUAL_ROW));
        take(decode_rows(&found)?)?;
    }
    Ok(())
}

fn decode_rows(found: &Array) -> Result<Vec<Row>, StorageError> {
    found.iter().map(|row| decode_row(&row)).collect()
}

fn decode_row(row: &JsValue) -> Result<Row, StorageError> {
    let corrupt = || StorageError::Corrupt("a row cannot be read".to_owned());
    if !row.is_object() {
        return Err(corrupt());
    }
    let row: &StoredRow = row.unchecked_ref();
    let kind = whole(&row.kind()).ok_or_else(corrupt)?;
    let id = row.id().as_string().ok_or_else(corrupt)?;
    let generation = whole(&row.generation()).ok_or_else(corrupt)?;
    let sealed = row.sealed();
    let sealed = match sealed.is_undefined() {
        true => None,
        false => Some(sealed.dyn_into::<Uint8Array>().map_err(|_| corrupt())?.to_vec()),
    };
    let kind = u8::try_from(kind).map_err(|_| corrupt())?;
    Ok(Row { kind, id, generation: Generation(generation), sealed })
}

fn piece_key(store: &str, body: &str, index: u32) -> JsValue {
    Array::of3(&store.into(), &body.into(), &index.into()).into()
}

/// `[store, body]` sorts before every `[store, body, index]`, and an array behind every number.
fn body_range(store: &str, body: &str) -> Result<IdbKeyRange, StorageError> {
    let first = Array::of2(&store.into(), &body.into());
    let last = Array::of3(&store.into(), &body.into(), &Array::new());
    thrown(IdbKeyRange::bound(&first, &last))
}

fn delete_other_stores(pieces: &IdbObjectStore, store: &str) -> Result<(), StorageError> {
    let (first, last) = (Array::of1(&store.into()), Array::of2(&store.into(), &Array::new()));
    thrown(pieces.delete(&thrown(IdbKeyRange::upper_bound_with_open(&first, true))?.into()))?;
    thrown(pieces.delete(&thrown(IdbKeyRange::lower_bound_with_open(&last, true))?.into()))?;
    Ok(())
}
