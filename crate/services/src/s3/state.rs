//! What S3 knows: buckets, and objects by bucket and key.

use tabkms_core::authz::Caller;
use tabkms_core::model::Timestamp;
use tabkms_core::store::{Change, Changes, Kind, Record, StoreError, Tree};

use super::{Bucket, BucketName, Get, Object, ObjectKey, S3Error};

/// S3's state. A clone of it is what a fork works on.
#[derive(Debug, Clone, Default)]
pub struct S3 {
    buckets: Tree<Bucket>,
    /// By `BUCKET/KEY`, their records' id; a bucket's name has no slash.
    objects: Tree<Object>,
}

impl S3 {
    /// Makes a change visible. `false` where its kind is not S3's.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] where the record is not one of its kind; nothing changes then.
    pub fn apply(&mut self, change: &Change) -> Result<bool, StoreError> {
        let (id, bytes) = (change.id.as_str(), change.record.as_deref());
        match change.kind {
            Kind::Bucket => match bytes.map(|b| Bucket::from_bytes(id, b)).transpose()? {
                Some(bucket) => drop(self.buckets.insert(id.as_bytes(), bucket)),
                None => drop(self.buckets.remove(id.as_bytes())),
            },
            Kind::Object => match bytes.map(|b| Object::from_bytes(id, b)).transpose()? {
                Some(object) => drop(self.objects.insert(id.as_bytes(), object)),
                None => drop(self.objects.remove(id.as_bytes())),
            },
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// How many objects there are, in all buckets.
    #[must_use]
    pub fn object_count(&self) -> usize {
        self.objects.len()
    }

    /// What the bodies of all objects are kept under; any other body is an orphan.
    pub fn bodies(&self) -> impl Iterator<Item = &str> {
        self.objects.iter().map(|(_, object)| object.body.as_str())
    }

    /// The bucket, if it is the caller's.
    ///
    /// # Errors
    /// [`S3Error::NoSuchBucket`], [`S3Error::AccessDenied`].
    pub fn bucket(&self, caller: &Caller, bucket: &BucketName) -> Result<&Bucket, S3Error> {
        let found = self.buckets.get(bucket.as_str().as_bytes());
        let found = found.ok_or_else(|| S3Error::NoSuchBucket(bucket.to_string()))?;
        if found.account == caller.account { Ok(found) } else { Err(S3Error::AccessDenied) }
    }

    /// Plans a new bucket in the caller's Region.
    ///
    /// # Errors
    /// [`S3Error::InvalidBucketName`], [`S3Error::BucketAlreadyOwnedByYou`], [`S3Error::BucketAlreadyExists`].
    pub fn plan_create_bucket(
        &self,
        caller: &Caller,
        bucket: &str,
        now: Timestamp,
    ) -> Result<Changes, S3Error> {
        let name = BucketName::parse(bucket)?;
        match self.buckets.get(name.as_str().as_bytes()) {
            Some(existing) if existing.account == caller.account => {
                return Err(S3Error::BucketAlreadyOwnedByYou(name.to_string()));
            }
            Some(_) => return Err(S3Error::BucketAlreadyExists(name.to_string())),
            None => {}
        }
        let mut changes = Changes::default();
        changes.put(&Bucket {
            name: name.to_string(),
            account: caller.account,
            region: caller.region.clone(),
            created: now,
        });
        Ok(changes)
    }

    /// What is known of an object without opening it.
    ///
    /// # Errors
    /// [`S3Error::NoSuchBucket`], [`S3Error::NoSuchKey`], [`S3Error::AccessDenied`], or a malformed name's.
    pub fn head(&self, caller: &Caller, bucket: &str, key: &str) -> Result<&Object, S3Error> {
        let (bucket, key) = (BucketName::parse(bucket)?, ObjectKey::parse(key)?);
        self.bucket(caller, &bucket)?;
        let object = self.objects.get(format!("{bucket}/{key}").as_bytes());
        object.ok_or_else(|| S3Error::NoSuchKey(key.to_string()))
    }

    /// The objects of a bucket in the order of their keys, from the one after `after`.
    ///
    /// # Errors
    /// As [`S3::bucket`].
    pub fn list<'a>(
        &'a self,
        caller: &Caller,
        bucket: &str,
        after: &str,
    ) -> Result<impl Iterator<Item = &'a Object> + use<'a>, S3Error> {
        let bucket = BucketName::parse(bucket)?;
        self.bucket(caller, &bucket)?;
        let prefix = format!("{bucket}/");
        let after = format!("{prefix}{after}");
        Ok(self.objects.below(prefix.into_bytes(), Some(after.as_bytes())).map(|(_, object)| object))
    }

    /// Plans the deletion of an object. As with S3, deleting what is not there succeeds; the host drops the body
    /// once the change stands.
    ///
    /// # Errors
    /// As [`S3::bucket`], or a malformed name's.
    pub fn plan_delete(&self, caller: &Caller, bucket: &str, key: &str) -> Result<Changes, S3Error> {
        let mut changes = Changes::default();
        match self.head(caller, bucket, key) {
            Ok(object) => changes.delete(Object::KIND, object.id()),
            Err(S3Error::NoSuchKey(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(changes)
    }

    /// Plans that other bytes stand at rest for an object, as somebody with the disk could arrange: `body` is
    /// where the host keeps them.
    ///
    /// # Errors
    /// As [`S3::head`].
    pub fn plan_replace_body(
        &self,
        caller: &Caller,
        (bucket, key): (&str, &str),
        body: String,
        stored_length: u64,
    ) -> Result<Changes, S3Error> {
        let mut changes = Changes::default();
        changes.put(&Object { body, stored_length, ..self.head(caller, bucket, key)?.clone() });
        Ok(changes)
    }

    /// Begins the way back of an object.
    ///
    /// # Errors
    /// As [`S3::head`].
    pub fn get(&self, caller: &Caller, bucket: &str, key: &str) -> Result<Get, S3Error> {
        let object = self.head(caller, bucket, key)?.clone();
        let bucket = self.bucket(caller, &BucketName::parse(bucket)?)?;
        Get::begin(object, caller, &bucket.region)
    }
}
