//! What a meeting shares with those who withdraw beside it: behind a lock under `std`. Without `std` it is the meeting's alone, and `&mut` is the lock.

#[cfg(feature = "std")]
pub(crate) use shared::Lock;

#[cfg(not(feature = "std"))]
pub(crate) use own::Lock;

#[cfg(feature = "std")]
mod shared {
    use alloc::sync::Arc;
    use core::ops::{Deref, DerefMut};
    use std::sync::PoisonError;

    use crate::shared::sync::{Mutex, MutexGuard};

    pub(crate) struct Lock<T>(Arc<Mutex<T>>);

    impl<T> Clone for Lock<T> {
        fn clone(&self) -> Self {
            Self(Arc::clone(&self.0))
        }
    }

    impl<T> Lock<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(Arc::new(Mutex::new(value)))
        }

        /// Nothing that is behind a lock is ever left half done by a panic: see what takes it.
        pub(crate) fn lock(&self) -> impl DerefMut<Target = T> {
            let guard: MutexGuard<'_, T> = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            guard
        }

        /// To look at it.
        pub(crate) fn read(&self) -> impl Deref<Target = T> {
            self.lock()
        }

        /// None while somebody else has it.
        pub(crate) fn try_lock(&self) -> Option<impl DerefMut<Target = T>> {
            use std::sync::TryLockError::{Poisoned, WouldBlock};
            match self.0.try_lock() {
                Ok(guard) => Some(guard),
                Err(Poisoned(guard)) => Some(guard.into_inner()),
                Err(WouldBlock) => None,
            }
        }
    }
}

#[cfg(not(feature = "std"))]
mod own {
    use alloc::boxed::Box;
    use core::ops::{Deref, DerefMut};

    pub(crate) struct Lock<T>(Box<T>);

    impl<T> Lock<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(Box::new(value))
        }

        pub(crate) fn lock(&mut self) -> impl DerefMut<Target = T> {
            &mut *self.0
        }

        /// To look at it.
        pub(crate) fn read(&self) -> impl Deref<Target = T> {
            &*self.0
        }

        /// There is nobody else who could have it.
        #[expect(clippy::unnecessary_wraps, reason = "as with threads")]
        pub(crate) fn try_lock(&mut self) -> Option<impl DerefMut<Target = T>> {
            Some(&mut *self.0)
        }
    }
}
